#include "serve.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fatal.h"
#include "sockets.h"

#define EVENTS 512

static void drop(struct client *client) {
  http_reset(&client->request);
  close(client->fd);
  /* Not freed: the floor keeps its clients by address. A benchmark has few enough of them. */
  client->fd = -1;
}

static void accept_all(int epoll, int listener) {
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    without_delay(fd);
    struct client *client = allocate(1, sizeof *client);
    client->fd = fd;
    client->request.is_request = true;
    watch(epoll, fd, EPOLLIN, client);
  }
}

static void take_body(void *context, const char *data, size_t length) {
  struct client *client = context;
  if (client->body_length < REQUEST_BODY_SIZE) {
    size_t room = REQUEST_BODY_SIZE - client->body_length;
    memcpy(client->body + client->body_length, data, length < room ? length : room);
  }
  client->body_length += length;
}

static void send_filler(int epoll, struct client *client) {
  static const char zeros[256 * 1024];
  while (client->filler > 0) {
    size_t size = client->filler < sizeof zeros ? (size_t)client->filler : sizeof zeros;
    ssize_t sent = send(client->fd, zeros, size, MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) {
      rewatch(epoll, client->fd, EPOLLIN | EPOLLOUT, client);
      return;
    }
    if (sent < 0) {
      drop(client);
      return;
    }
    client->filler -= (uint64_t)sent;
  }
  rewatch(epoll, client->fd, EPOLLIN, client);
}

static void receive(int epoll, struct client *client, on_request *answer) {
  static char buffer[256 * 1024];
  ssize_t got = recv(client->fd, buffer, sizeof buffer, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    drop(client);
    return;
  }
  for (size_t taken = 0; taken < (size_t)got && client->fd >= 0;) {
    taken += http_take(&client->request, buffer + taken, (size_t)got - taken, take_body, client);
    if (client->request.state == HTTP_BROKEN) {
      drop(client);
      return;
    }
    if (client->request.state != HTTP_COMPLETE) return;
    answer(client);
    http_reset(&client->request);
    client->body_length = 0;
    if (client->filler > 0) send_filler(epoll, client);
  }
}

_Noreturn void serve(int port, on_request *answer) {
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  int listener = listen_on(port);
  watch(epoll, listener, EPOLLIN, NULL);
  static struct epoll_event events[EVENTS];
  for (;;) {
    int count = epoll_wait(epoll, events, EVENTS, -1);
    for (int index = 0; index < count; index++) {
      struct client *client = events[index].data.ptr;
      if (client == NULL) accept_all(epoll, listener);
      else if (client->fd >= 0 && events[index].events & EPOLLOUT) send_filler(epoll, client);
      else if (client->fd >= 0) receive(epoll, client, answer);
    }
  }
}
