#ifndef SERVE_H
#define SERVE_H

#include <stddef.h>
#include <stdint.h>

#include "http-message.h"

#define REQUEST_BODY_SIZE 256

/* A connection to a server of this program. */
struct client {
  int fd;
  struct http_message request;
  /* Bytes of the request's body, and the first of them. */
  uint64_t body_length;
  char body[REQUEST_BODY_SIZE];
  /* Zeros that are still to be sent behind the answer. */
  uint64_t filler;
};

typedef void on_request(struct client *client);

/* Serves HTTP on the port for ever; `answer` is called with each whole request. */
_Noreturn void serve(int port, on_request *answer);

#endif
