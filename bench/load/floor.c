/*
 * The limit: a server that does nothing but one write() for each delivery. GET holds a stream; POST writes its body to every
 * stream, one after the other, and answers when it is done. It has one channel.
 */
#include <stdio.h>
#include <string.h>

#include "fatal.h"
#include "modes.h"
#include "serve.h"
#include "sockets.h"

#define MAX_HELD 200000

static const char HEAD[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n";
static const char DONE[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

static struct client **held;
static size_t held_count;

static void publish(const char *content, size_t length) {
  char chunk[REQUEST_BODY_SIZE + 16];
  size_t size = (size_t)snprintf(chunk, sizeof chunk, "%zx\r\n", length);
  memcpy(chunk + size, content, length);
  memcpy(chunk + size + length, "\r\n", 2);
  size += length + 2;
  for (size_t index = 0; index < held_count; index++) {
    if (held[index]->fd >= 0) send_all(held[index]->fd, chunk, size);
  }
}

static void answer(struct client *client) {
  if (client->request.start_line[0] != 'P') {
    if (held_count == MAX_HELD) fatal("more than %d streams", MAX_HELD);
    held[held_count++] = client;
    send_all(client->fd, HEAD, sizeof HEAD - 1);
    return;
  }
  if (client->body_length > REQUEST_BODY_SIZE) fatal("message of more than %d bytes", REQUEST_BODY_SIZE);
  publish(client->body, (size_t)client->body_length);
  send_all(client->fd, DONE, sizeof DONE - 1);
}

void run_floor(const struct arguments *arguments) {
  held = allocate(MAX_HELD, sizeof *held);
  serve((int)number_argument(arguments, "--port", -1), answer);
}
