#ifndef HTTP_MESSAGE_H
#define HTTP_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum http_state {
  HTTP_HEAD,
  HTTP_LENGTH,
  HTTP_UNTIL_CLOSE,
  HTTP_CHUNK_SIZE,
  HTTP_CHUNK_DATA,
  HTTP_CHUNK_END,
  HTTP_TRAILER,
  HTTP_COMPLETE,
  HTTP_BROKEN,
};

#define START_LINE_SIZE 128

/* A request or a response as it arrives, piece by piece. All zeros is the beginning of a response. */
struct http_message {
  enum http_state state;
  bool is_request;
  bool close;
  bool has_body;
  int status;
  /* Bytes of the body, or of the chunk, that are still to come. */
  uint64_t left;
  /* The first line, cut to what fits. */
  char start_line[START_LINE_SIZE];
  /* The head as far as it has arrived; freed when it is complete. */
  char *head;
  size_t head_length;
  /* Of the chunk size or trailer line that is being read. */
  unsigned line_length;
};

typedef void on_body(void *context, const char *data, size_t length);

/*
 * Takes the bytes that belong to the message and gives those of its body to `body` (NULL: nobody wants them). Returns how many
 * it took: fewer than given only when the message is complete or broken.
 */
size_t http_take(struct http_message *message, const char *data, size_t length, on_body *body, void *context);

/* Frees what it holds and makes it the beginning of the next message of its kind. */
void http_reset(struct http_message *message);

#endif
