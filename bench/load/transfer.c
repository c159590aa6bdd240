/* One large body: downloads `--download N` bytes or uploads `--upload N`, and says how long it took. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "fatal.h"
#include "http-message.h"
#include "modes.h"
#include "sockets.h"

#define BUFFER_SIZE (256 * 1024)

struct received {
  uint64_t length;
  char start[32];
};

static void take_body(void *context, const char *data, size_t length) {
  struct received *received = context;
  for (size_t index = 0; index < length && received->length + index < sizeof received->start - 1; index++) {
    received->start[received->length + index] = data[index];
  }
  received->length += length;
}

static struct received read_answer(int fd) {
  static char buffer[BUFFER_SIZE];
  struct received received = {0};
  struct http_message response = {0};
  while (response.state != HTTP_COMPLETE) {
    ssize_t got = recv(fd, buffer, sizeof buffer, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) fatal("the answer ended after %lu bytes", received.length);
    http_take(&response, buffer, (size_t)got, take_body, &received);
    if (response.state == HTTP_BROKEN) fatal("the answer is not HTTP");
  }
  if (response.status != 200) fatal("status %d", response.status);
  return received;
}

static uint64_t download(int fd, uint64_t size) {
  char request[128];
  int length = snprintf(request, sizeof request, "GET /bytes/%lu HTTP/1.1\r\nHost: bench\r\n\r\n", size);
  if (!send_all(fd, request, (size_t)length)) fatal("the request could not be sent");
  return read_answer(fd).length;
}

/* The backend answers with the number of bytes it got. */
static uint64_t upload(int fd, uint64_t size) {
  static const char zeros[BUFFER_SIZE];
  char request[128];
  int length = snprintf(request, sizeof request, "POST /sink HTTP/1.1\r\nHost: bench\r\nContent-Length: %lu\r\n\r\n", size);
  if (!send_all(fd, request, (size_t)length)) fatal("the request could not be sent");
  for (uint64_t left = size; left > 0;) {
    size_t part = left < BUFFER_SIZE ? (size_t)left : BUFFER_SIZE;
    if (!send_all(fd, zeros, part)) fatal("the upload broke with %lu bytes left", left);
    left -= part;
  }
  struct received received = read_answer(fd);
  return strtoull(received.start, NULL, 10);
}

void run_transfer(const struct arguments *arguments) {
  long down = number_argument(arguments, "--download", 0);
  long up = number_argument(arguments, "--upload", 0);
  int fd = blocking_connection((int)number_argument(arguments, "--port", -1));
  int64_t begin = now_ns();
  uint64_t done = down > 0 ? download(fd, (uint64_t)down) : upload(fd, (uint64_t)up);
  printf("{\"bytes\":%lu,\"seconds\":%.6f,\"cpu\":%.3f}\n", done, (double)(now_ns() - begin) / NS_PER_SECOND,
         cpu_seconds());
  close(fd);
}
