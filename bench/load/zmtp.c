/* The sending half of ZMTP 3.0 (rfc.zeromq.org/spec/23) with the NULL mechanism: all that a PUSH socket needs. */
#include "zmtp.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fatal.h"
#include "sockets.h"

#define GREETING_SIZE 64
#define COMMAND 0x04
#define LONG_FRAME 0x02
#define BUFFER_SIZE (64 * 1024)

static void read_exactly(int fd, unsigned char *to, size_t length) {
  while (length > 0) {
    ssize_t got = recv(fd, to, length, 0);
    if (got <= 0) fatal("the ZeroMQ socket closed during the handshake");
    to += got;
    length -= (size_t)got;
  }
}

static void handshake(int fd) {
  char greeting[GREETING_SIZE] = {[0] = (char)0xff, [9] = 0x7f, [10] = 3};
  memcpy(greeting + 12, "NULL", 4);
  static const char ready[] = "\x04\x1a\x05READY\x0bSocket-Type\x00\x00\x00\x04PUSH";
  if (!send_all(fd, greeting, sizeof greeting)) fatal("ZeroMQ: no greeting");
  unsigned char theirs[512];
  read_exactly(fd, theirs, GREETING_SIZE);
  if (theirs[10] < 3) fatal("ZeroMQ: the other side has version %d of the protocol", theirs[10]);
  if (!send_all(fd, ready, sizeof ready - 1)) fatal("ZeroMQ: no handshake");
  read_exactly(fd, theirs, 2);
  if ((theirs[0] & COMMAND) == 0 || (theirs[0] & LONG_FRAME) != 0) fatal("ZeroMQ: no READY");
  size_t length = theirs[1];
  read_exactly(fd, theirs, length);
}

uint64_t push_all(int port, const struct publication *publication) {
  int fd = blocking_connection(port);
  handshake(fd);
  char buffer[BUFFER_SIZE];
  size_t filled = 0;
  uint64_t count = 0;
  for (struct place place = {0}; place_exists(publication, place); next_place(publication, &place, 1)) {
    if (filled + item_room(publication) + 3 > BUFFER_SIZE) {
      if (!send_all(fd, buffer, filled)) fatal("ZeroMQ: the connection broke");
      filled = 0;
    }
    /* A frame of less than 256 bytes: flags, length, content; the content's first byte says that it is JSON. */
    size_t length = write_item(buffer + filled + 3, publication, place) + 1;
    if (length > 255) fatal("an item of %zu bytes", length);
    buffer[filled] = 0;
    buffer[filled + 1] = (char)(unsigned char)length;
    buffer[filled + 2] = 'J';
    filled += length + 2;
    count++;
  }
  if (!send_all(fd, buffer, filled)) fatal("ZeroMQ: the connection broke");
  /* The end of the connection would end what still waits at the other side's socket; the reader needs a moment. */
  shutdown(fd, SHUT_WR);
  unsigned char rest;
  while (recv(fd, &rest, 1, 0) > 0) continue;
  close(fd);
  return count;
}
