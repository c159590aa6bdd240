#ifndef MESSAGE_H
#define MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What is published: 64 bytes, `M`, two hex digits of the run, eight of the sequence number on its channel, sixteen of the
 * time it was sent (CLOCK_MONOTONIC, ns), a space, dots, and a line feed. No byte of it needs an escape in JSON but the last.
 */
#define MESSAGE_SIZE 64

struct message {
  unsigned run;
  uint32_t sequence;
  int64_t sent;
};

void message_write(char *to, const struct message *message);

/* Messages that a channel gets when so many are published to so many channels in turn. */
uint32_t messages_on(uint32_t channel, uint32_t messages, uint32_t channels);

/* False when the bytes are no message. */
bool message_read(const char *from, struct message *message);

#endif
