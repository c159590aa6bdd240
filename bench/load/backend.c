/*
 * The web application behind the gateways, as cheap as it can be.
 *   /hold/CHANNEL   a stream on the channel; with `--keep-alive N` one line feed after N idle seconds
 *   /wide/N/CHANNEL a stream on N channels, which are CHANNEL-0, CHANNEL-1 and so on
 *   /poll/CHANNEL   a long poll on the channel
 *   /bytes/N        N zeros
 *   anything else   "hello", or the length of the request's body if it has one
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "modes.h"
#include "serve.h"
#include "sockets.h"

static long keep_alive;

/* The path behind the prefix, ended at its space; NULL when it has another beginning. */
static char *path_after(char *start_line, const char *prefix) {
  char *path = strchr(start_line, ' ');
  if (path == NULL || strncmp(path + 1, prefix, strlen(prefix)) != 0) return NULL;
  char *rest = path + 1 + strlen(prefix);
  rest[strcspn(rest, " ?")] = '\0';
  return rest;
}

/* The channels `NAME-0, NAME-1, ...` for `N/NAME`. */
static void write_channels(char *to, size_t room, const char *wide) {
  const char *slash = strchr(wide, '/');
  size_t length = 0;
  for (int index = 0; slash != NULL && index < atoi(wide) && length < room; index++) {
    length += (size_t)snprintf(to + length, room - length, "%s%s-%d", index > 0 ? ", " : "", slash + 1, index);
  }
}

static void answer(struct client *client) {
  char text[2560];
  int length;
  char *line = client->request.start_line;
  char *name;
  if ((name = path_after(line, "/hold/")) != NULL) {
    char alive[96] = "";
    if (keep_alive > 0) snprintf(alive, sizeof alive, "Grip-Keep-Alive: \\n; format=cstring; timeout=%ld\r\n", keep_alive);
    length = snprintf(text, sizeof text,
                      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nGrip-Hold: stream\r\nGrip-Channel: %s\r\n%s"
                      "Content-Length: 0\r\n\r\n",
                      name, alive);
  } else if ((name = path_after(line, "/wide/")) != NULL) {
    char channels[2048];
    write_channels(channels, sizeof channels, name);
    length = snprintf(text, sizeof text,
                      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nGrip-Hold: stream\r\nGrip-Channel: %s\r\n"
                      "Content-Length: 0\r\n\r\n",
                      channels);
  } else if ((name = path_after(line, "/poll/")) != NULL) {
    length = snprintf(text, sizeof text,
                      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nGrip-Hold: response\r\nGrip-Channel: %s\r\n"
                      "Grip-Timeout: 60\r\nContent-Length: 0\r\n\r\n",
                      name);
  } else if ((name = path_after(line, "/bytes/")) != NULL) {
    client->filler = strtoull(name, NULL, 10);
    length = snprintf(text, sizeof text,
                      "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: %lu\r\n\r\n",
                      client->filler);
  } else {
    char body[32] = "hello\n";
    if (client->request.has_body) snprintf(body, sizeof body, "%lu\n", client->body_length);
    length = snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n\r\n%s",
                      strlen(body), body);
  }
  /* A connection that is gone shows at the next read. */
  send_all(client->fd, text, (size_t)length);
}

void run_backend(const struct arguments *arguments) {
  keep_alive = number_argument(arguments, "--keep-alive", 0);
  serve((int)number_argument(arguments, "--port", -1), answer);
}
