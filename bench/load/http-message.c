#include "http-message.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fatal.h"

#define MAX_HEAD 4096

static bool field_is(const char *line, const char *name) {
  size_t length = strlen(name);
  return strncasecmp(line, name, length) == 0 && line[length] == ':';
}

static void read_head(struct http_message *message) {
  char *line = message->head;
  line[message->head_length] = '\0';
  bool chunked = false, sized = false, http10 = false;
  for (char *end; (end = strstr(line, "\r\n")) != NULL && end != line; line = end + 2) {
    *end = '\0';
    if (line == message->head) {
      strncpy(message->start_line, line, START_LINE_SIZE - 1);
      if (!message->is_request && strlen(line) >= 12) message->status = atoi(line + 9);
      http10 = strstr(line, "HTTP/1.0") != NULL;
      message->close = http10;
    } else if (field_is(line, "Content-Length")) {
      sized = true;
      message->left = strtoull(strchr(line, ':') + 1, NULL, 10);
    } else if (field_is(line, "Transfer-Encoding")) {
      chunked = strcasestr(line, "chunked") != NULL;
    } else if (field_is(line, "Connection")) {
      if (strcasestr(line, "close") != NULL) message->close = true;
      if (http10 && strcasestr(line, "keep-alive") != NULL) message->close = false;
    }
  }
  free(message->head);
  message->head = NULL;
  bool bodiless = message->status == 204 || message->status == 304;
  message->has_body = chunked || (sized && message->left > 0);
  /* Behind a 101 another protocol begins, whatever its headers say of a body; nchan says something. */
  if (message->status == 101) message->state = HTTP_UNTIL_CLOSE;
  else if (bodiless) message->state = HTTP_COMPLETE;
  else if (chunked) message->state = HTTP_CHUNK_SIZE;
  else if (sized) message->state = message->left > 0 ? HTTP_LENGTH : HTTP_COMPLETE;
  else message->state = message->is_request ? HTTP_COMPLETE : HTTP_UNTIL_CLOSE;
  message->line_length = 0;
  if (chunked) message->left = 0;
}

static size_t take_head(struct http_message *message, const char *data, size_t length) {
  if (message->head == NULL) message->head = allocate(1, MAX_HEAD + 1);
  size_t taken = 0;
  while (taken < length) {
    if (message->head_length == MAX_HEAD) {
      message->state = HTTP_BROKEN;
      return taken;
    }
    message->head[message->head_length++] = data[taken++];
    if (message->head_length >= 4 && memcmp(message->head + message->head_length - 4, "\r\n\r\n", 4) == 0) {
      read_head(message);
      return taken;
    }
  }
  return taken;
}

/* The size in front of a chunk; extensions behind it don't count. */
static void take_size_byte(struct http_message *message, char byte) {
  if (byte == '\n') {
    message->state = message->left > 0 ? HTTP_CHUNK_DATA : HTTP_TRAILER;
    if (message->line_length == 0) message->state = HTTP_BROKEN;
    message->line_length = 0;
    return;
  }
  int digit = -1;
  if (byte >= '0' && byte <= '9') digit = byte - '0';
  else if (byte >= 'a' && byte <= 'f') digit = byte - 'a' + 10;
  else if (byte >= 'A' && byte <= 'F') digit = byte - 'A' + 10;
  else if (byte != '\r') message->state = HTTP_BROKEN;
  if (digit < 0) return;
  message->left = message->left << 4 | (uint64_t)digit;
  message->line_length++;
}

static void take_line_byte(struct http_message *message, char byte) {
  if (message->state == HTTP_CHUNK_SIZE) {
    take_size_byte(message, byte);
  } else if (message->state == HTTP_CHUNK_END) {
    if (byte == '\n') message->state = HTTP_CHUNK_SIZE;
    else if (byte != '\r') message->state = HTTP_BROKEN;
  } else if (byte == '\n') {
    if (message->line_length == 0) message->state = HTTP_COMPLETE;
    message->line_length = 0;
  } else if (byte != '\r') {
    message->line_length++;
  }
}

size_t http_take(struct http_message *message, const char *data, size_t length, on_body *body, void *context) {
  size_t taken = 0;
  while (taken < length && message->state != HTTP_COMPLETE && message->state != HTTP_BROKEN) {
    size_t rest = length - taken;
    if (message->state == HTTP_HEAD) {
      taken += take_head(message, data + taken, rest);
    } else if (message->state == HTTP_LENGTH || message->state == HTTP_CHUNK_DATA || message->state == HTTP_UNTIL_CLOSE) {
      bool bounded = message->state != HTTP_UNTIL_CLOSE;
      size_t part = bounded && message->left < rest ? (size_t)message->left : rest;
      if (body != NULL) body(context, data + taken, part);
      taken += part;
      if (!bounded) continue;
      message->left -= part;
      if (message->left == 0) message->state = message->state == HTTP_LENGTH ? HTTP_COMPLETE : HTTP_CHUNK_END;
    } else {
      take_line_byte(message, data[taken++]);
    }
  }
  return taken;
}

void http_reset(struct http_message *message) {
  free(message->head);
  *message = (struct http_message){.is_request = message->is_request};
}
