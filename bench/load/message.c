#include "message.h"

#include <string.h>

#define RUN_AT 1
#define SEQUENCE_AT 3
#define SENT_AT 11
#define REST_AT 27

static void write_hex(char *to, int digits, uint64_t value) {
  static const char hex[] = "0123456789abcdef";
  for (int index = digits - 1; index >= 0; index--, value >>= 4) to[index] = hex[value & 15];
}

static bool read_hex(const char *from, int digits, uint64_t *value) {
  *value = 0;
  for (int index = 0; index < digits; index++) {
    char digit = from[index];
    if (digit >= '0' && digit <= '9') *value = *value << 4 | (uint64_t)(digit - '0');
    else if (digit >= 'a' && digit <= 'f') *value = *value << 4 | (uint64_t)(digit - 'a' + 10);
    else return false;
  }
  return true;
}

void message_write(char *to, const struct message *message) {
  to[0] = 'M';
  write_hex(to + RUN_AT, 2, message->run);
  write_hex(to + SEQUENCE_AT, 8, message->sequence);
  write_hex(to + SENT_AT, 16, (uint64_t)message->sent);
  to[REST_AT] = ' ';
  memset(to + REST_AT + 1, '.', MESSAGE_SIZE - REST_AT - 2);
  to[MESSAGE_SIZE - 1] = '\n';
}

bool message_read(const char *from, struct message *message) {
  uint64_t run, sequence, sent;
  if (from[0] != 'M' || from[REST_AT] != ' ' || from[MESSAGE_SIZE - 1] != '\n') return false;
  if (!read_hex(from + RUN_AT, 2, &run) || !read_hex(from + SEQUENCE_AT, 8, &sequence)) return false;
  if (!read_hex(from + SENT_AT, 16, &sent)) return false;
  *message = (struct message){.run = (unsigned)run, .sequence = (uint32_t)sequence, .sent = (int64_t)sent};
  return true;
}

uint32_t messages_on(uint32_t channel, uint32_t messages, uint32_t channels) {
  return messages / channels + (channel < messages % channels ? 1 : 0);
}
