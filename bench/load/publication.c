#include "publication.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "message.h"

bool place_exists(const struct publication *publication, struct place place) {
  return place.sequence < messages_on(place.channel, publication->messages, publication->channels);
}

void next_place(const struct publication *publication, struct place *place, uint32_t step) {
  place->channel += step;
  if (place->channel >= publication->channels) {
    place->channel %= step;
    place->sequence++;
  }}

static void write_content(char *to, const struct publication *publication, struct place place) {
  struct message message = {.run = publication->run, .sequence = place.sequence, .sent = now_ns()};
  message_write(to, &message);
}

size_t write_item(char *to, const struct publication *publication, struct place place) {
  char content[MESSAGE_SIZE];
  write_content(content, publication, place);
  const char *format = publication->for_polls ? "{\"http-response\":{\"body" : "{\"http-stream\":{\"content";
  /* The line feed at the end of the message is written as JSON has it. */
  return (size_t)sprintf(to, "{\"channel\":\"c%u\",\"formats\":%s\":\"%.*s\\n\"}}}", place.channel, format,
                         MESSAGE_SIZE - 1, content);
}

static size_t write_head(char *to, const struct publication *publication, uint32_t channel, size_t length) {
  char name[16] = "";
  if (publication->style == STYLE_RAW) snprintf(name, sizeof name, "c%u", channel);
  return (size_t)snprintf(to, REQUEST_HEAD_SIZE,
                          "POST %s%s HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                          publication->path, name, length);
}

size_t write_request(char *to, const struct publication *publication, struct place *place, uint32_t step, unsigned *count) {
  if (publication->style == STYLE_RAW) {
    size_t head = write_head(to, publication, place->channel, MESSAGE_SIZE);
    write_content(to + head, publication, *place);
    next_place(publication, place, step);
    *count = 1;
    return head + MESSAGE_SIZE;
  }
  static char body[1 << 20];
  unsigned wanted = *count;
  size_t length = (size_t)sprintf(body, "{\"items\":[");
  for (*count = 0; *count < wanted && place_exists(publication, *place); (*count)++) {
    if (*count > 0) body[length++] = ',';
    length += write_item(body + length, publication, *place);
    next_place(publication, place, step);
  }
  length += (size_t)sprintf(body + length, "]}");
  size_t head = write_head(to, publication, 0, length);
  memcpy(to + head, body, length);
  return head + length;
}
