#ifndef MESSAGE_H
#define MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What is published: `M`, one digit of the run, five of the sequence number on its channel, eight of the time it was sent
 * (CLOCK_MONOTONIC, µs), dots up to the wanted size, and a line feed. The digits are of base 64, so that 16 bytes have room for
 * all of it, and no byte but the last needs an escape in JSON.
 */
#define MIN_MESSAGE_SIZE 16
#define MAX_MESSAGE_SIZE (64 * 1024)
/* Unless a run wants another. */
#define MESSAGE_SIZE 64

struct message {
  unsigned run;
  uint32_t sequence;
  /* In nanoseconds, cut to microseconds. */
  int64_t sent;
};

/* The size as it is, where a message can have it; ends the process otherwise. */
size_t message_size(long wanted);

void message_write(char *to, size_t size, const struct message *message);

/* False when the bytes are no message. */
bool message_read(const char *from, size_t size, struct message *message);

/* Messages that a channel gets when so many are published to so many channels in turn. */
uint32_t messages_on(uint32_t channel, uint32_t messages, uint32_t channels);

#endif
