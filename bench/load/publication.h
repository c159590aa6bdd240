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
  /* Of GRIP items: the format that the clients take, up to the name of its content. */
  const char *format;
  const char *path;
  unsigned run;
  uint32_t messages;
  uint32_t channels;
  /* Bytes of a message. */
  size_t size;
};

/* The place of a message: its channel and its number there. */
struct place {
  uint32_t channel;
  uint32_t sequence;
};

/* What a publication has for clients of that kind: `stream`, `response` (they poll) or `websocket`. */
const char *format_named(const char *name);

bool place_exists(const struct publication *publication, struct place place);

/* Moves to the next message of a sender that has every `step`-th channel. */
void next_place(const struct publication *publication, struct place *place, uint32_t step);

/* The most bytes that write_item writes, and write_request with so many items. */
size_t item_room(const struct publication *publication);
size_t request_room(const struct publication *publication, unsigned items);

/*
 * Writes the request for `count` messages that begin at `place`, which moves behind them, and returns its length. Sets `count`
 * to how many there were.
 */
size_t write_request(char *to, const struct publication *publication, struct place *place, uint32_t step, unsigned *count);

/* Writes one GRIP item with the message for the place, of now. */
size_t write_item(char *to, const struct publication *publication, struct place place);

#endif
