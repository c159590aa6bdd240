#ifndef PUBLICATION_H
#define PUBLICATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How the receiving server wants a message to be put. */
enum style {
  /* POST with GRIP items in JSON. */
  STYLE_GRIP,
  /* POST of the bare message to a path that ends in the channel, as nchan and the floor take it. */
  STYLE_RAW,
};

/* What is published: `messages` of a run, to `channels` in turn; one sender of several has its own share of the channels. */
struct publication {
  enum style style;
  /* Of GRIP items: `http-stream` with `content`, or `http-response` with `body`. */
  bool for_polls;
  const char *path;
  unsigned run;
  uint32_t messages;
  uint32_t channels;
};

/* The place of a message: its channel and its number there. */
struct place {
  uint32_t channel;
  uint32_t sequence;
};

bool place_exists(const struct publication *publication, struct place place);

/* Moves to the next message of a sender that has every `step`-th channel. */
void next_place(const struct publication *publication, struct place *place, uint32_t step);

#define REQUEST_HEAD_SIZE 256
#define ITEM_SIZE 192

/*
 * Writes the request for `count` messages that begin at `place`, which moves behind them, and returns its length. Sets `count`
 * to how many there were. `to` has room for the head and that many items.
 */
size_t write_request(char *to, const struct publication *publication, struct place *place, uint32_t step, unsigned *count);

/* Writes one GRIP item with the message for the place, of now. */
size_t write_item(char *to, const struct publication *publication, struct place place);

#endif
