#ifndef WEBSOCKET_H
#define WEBSOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http-message.h"

/* What makes a GET the opening of a WebSocket (RFC 6455 4.1). The key need not be a secret. */
#define WEBSOCKET_HEADERS \
  "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

/* What comes on a WebSocket behind the head of its response, piece by piece. All zeros is its beginning. */
struct frames {
  /* Of the frame that is being read: its head as far as it has come, then what is left of its content. */
  unsigned char head[10];
  unsigned head_length;
  uint64_t left;
  /* It has been closed, or is none: nothing more is read. */
  bool over;
};

/*
 * Takes bytes and gives the content of text frames to `content`. Each must be whole and of the size, which is one message: a
 * server that joins or cuts messages has broken the WebSocket. Pings and pongs are passed over.
 */
void frames_take(struct frames *frames, size_t size, const char *data, size_t length, on_body *content, void *context);

#endif
