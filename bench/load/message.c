#include "message.h"

#include <string.h>

#include "fatal.h"

#define RUN_AT 1
#define SEQUENCE_AT 2
#define SENT_AT 7
#define REST_AT 15
#define RUN_DIGITS 1
#define SEQUENCE_DIGITS 5
#define SENT_DIGITS 8

static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";

static void write_number(char *to, int count, uint64_t value) {
  for (int index = count - 1; index >= 0; index--, value >>= 6) to[index] = digits[value & 63];
}

static int value_of(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'A' && digit <= 'Z') return digit - 'A' + 10;
  if (digit >= 'a' && digit <= 'z') return digit - 'a' + 36;
  return digit == '-' ? 62 : digit == '_' ? 63 : -1;
}

static bool read_number(const char *from, int count, uint64_t *value) {
  *value = 0;
  for (int index = 0; index < count; index++) {
    int digit = value_of(from[index]);
    if (digit < 0) return false;
    *value = *value << 6 | (uint64_t)digit;
  }
  return true;
}

size_t message_size(long wanted) {
  if (wanted < MIN_MESSAGE_SIZE || wanted > MAX_MESSAGE_SIZE) fatal("messages of %ld bytes", wanted);
  return (size_t)wanted;
}

void message_write(char *to, size_t size, const struct message *message) {
  to[0] = 'M';
  write_number(to + RUN_AT, RUN_DIGITS, message->run);
  write_number(to + SEQUENCE_AT, SEQUENCE_DIGITS, message->sequence);
  write_number(to + SENT_AT, SENT_DIGITS, (uint64_t)message->sent / 1000);
  memset(to + REST_AT, '.', size - 1 - REST_AT);
  to[size - 1] = '\n';
}

/* Whether it is dots and nothing else: the first is one, and each is like the one before. */
static bool are_dots(const char *from, size_t length) {
  return length == 0 || (from[0] == '.' && memcmp(from, from + 1, length - 1) == 0);
}

bool message_read(const char *from, size_t size, struct message *message) {
  uint64_t run, sequence, sent;
  if (from[0] != 'M' || from[size - 1] != '\n' || !are_dots(from + REST_AT, size - 1 - REST_AT)) return false;
  if (!read_number(from + RUN_AT, RUN_DIGITS, &run)) return false;
  if (!read_number(from + SEQUENCE_AT, SEQUENCE_DIGITS, &sequence)) return false;
  if (!read_number(from + SENT_AT, SENT_DIGITS, &sent)) return false;
  *message = (struct message){.run = (unsigned)run, .sequence = (uint32_t)sequence, .sent = (int64_t)sent * 1000};
  return true;
}

uint32_t messages_on(uint32_t channel, uint32_t messages, uint32_t channels) {
  return messages / channels + (channel < messages % channels ? 1 : 0);
}
