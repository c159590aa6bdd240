#include "publication.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "fatal.h"
#include "message.h"

#define HEAD_SIZE 256
/* An item without its message. */
#define ITEM_FRAME_SIZE 128
/* What stands around the items. */
#define LIST_FRAME_SIZE 16

const char *format_named(const char *name) {
  if (strcmp(name, "stream") == 0) return "\"http-stream\":{\"content\"";
  if (strcmp(name, "response") == 0) return "\"http-response\":{\"body\"";
  if (strcmp(name, "websocket") == 0) return "\"ws-message\":{\"content\"";
  fatal("no format '%s'", name);
}

bool place_exists(const struct publication *publication, struct place place) {
  return place.sequence < messages_on(place.channel, publication->messages, publication->channels);
}

void next_place(const struct publication *publication, struct place *place, uint32_t step) {
  place->channel += step;
  if (place->channel >= publication->channels) {
    place->channel %= step;
    place->sequence++;
  }
}

size_t item_room(const struct publication *publication) { return ITEM_FRAME_SIZE + publication->size; }

size_t request_room(const struct publication *publication, unsigned items) {
  return HEAD_SIZE + LIST_FRAME_SIZE + items * item_room(publication);
}

static void write_content(char *to, const struct publication *publication, struct place place) {
  struct message message = {.run = publication->run, .sequence = place.sequence, .sent = now_ns()};
  message_write(to, publication->size, &message);
}

size_t write_item(char *to, const struct publication *publication, struct place place) {
  size_t length = (size_t)sprintf(to, "{\"channel\":\"c%u\",\"formats\":{%s:\"", place.channel, publication->format);
  write_content(to + length, publication, place);
  length += publication->size - 1;
  /* The line feed at the end of the message is written as JSON has it. */
  return length + (size_t)sprintf(to + length, "\\n\"}}}");
}

static size_t write_head(char *to, const struct publication *publication, uint32_t channel, size_t length) {
  char name[16] = "";
  if (publication->style == STYLE_RAW) snprintf(name, sizeof name, "c%u", channel);
  return (size_t)snprintf(to, HEAD_SIZE,
                          "POST %s%s HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                          publication->path, name, length);
}

size_t write_request(char *to, const struct publication *publication, struct place *place, uint32_t step, unsigned *count) {
  if (publication->style == STYLE_RAW) {
    size_t head_length = write_head(to, publication, place->channel, publication->size);
    write_content(to + head_length, publication, *place);
    next_place(publication, place, step);
    *count = 1;
    return head_length + publication->size;
  }
  /* The head tells the length of the body, so it is written last and the body then moved behind it. */
  char *body = to + HEAD_SIZE;
  unsigned wanted = *count;
  size_t length = (size_t)sprintf(body, "{\"items\":[");
  for (*count = 0; *count < wanted && place_exists(publication, *place); (*count)++) {
    if (*count > 0) body[length++] = ',';
    length += write_item(body + length, publication, *place);
    next_place(publication, place, step);
  }
  length += (size_t)sprintf(body + length, "]}");
  size_t head_length = write_head(to, publication, 0, length);
  memmove(to + head_length, body, length);
  return head_length + length;
}
