/*
 * Plain requests: `--connections` clients that keep their connection, each sending the next GET when the last one is
 * answered, for `--seconds`.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "fatal.h"
#include "histogram.h"
#include "http-message.h"
#include "modes.h"
#include "sockets.h"

#define EVENTS 128

struct requester {
  int fd;
  struct http_message response;
  int64_t sent_at;
};

static int epoll;
static int port;
static char request[512];
static size_t request_length;
static uint64_t answered, errors, reconnects;
static struct histogram latency;

static void start(struct requester *requester) {
  requester->fd = start_connection(port);
  watch(epoll, requester->fd, EPOLLOUT, requester);
}

static void restart(struct requester *requester) {
  close(requester->fd);
  http_reset(&requester->response);
  reconnects++;
  start(requester);
}

static void ask(struct requester *requester) {
  requester->sent_at = now_ns();
  if (send_all(requester->fd, request, request_length)) return;
  errors++;
  restart(requester);
}

static void receive(struct requester *requester) {
  static char buffer[64 * 1024];
  ssize_t got = recv(requester->fd, buffer, sizeof buffer, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got > 0) http_take(&requester->response, buffer, (size_t)got, NULL, NULL);
  if (got <= 0 || requester->response.state == HTTP_BROKEN) {
    errors++;
    restart(requester);
    return;
  }
  if (requester->response.state != HTTP_COMPLETE) return;
  if (requester->response.status == 200) answered++;
  else errors++;
  histogram_add(&latency, now_ns() - requester->sent_at);
  if (requester->response.close) {
    restart(requester);
    return;
  }
  http_reset(&requester->response);
  ask(requester);
}

void run_requests(const struct arguments *arguments) {
  port = (int)number_argument(arguments, "--port", -1);
  long connections = number_argument(arguments, "--connections", 32);
  int64_t end = now_ns() + number_argument(arguments, "--seconds", -1) * NS_PER_SECOND;
  request_length = (size_t)snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: bench\r\n\r\n",
                                    text_argument(arguments, "--path", "/"));
  epoll = epoll_create1(EPOLL_CLOEXEC);
  struct requester *requesters = allocate((size_t)connections, sizeof *requesters);
  int64_t begin = now_ns();
  for (long index = 0; index < connections; index++) start(&requesters[index]);
  static struct epoll_event events[EVENTS];
  while (now_ns() < end) {
    int count = epoll_wait(epoll, events, EVENTS, 100);
    for (int index = 0; index < count; index++) {
      struct requester *requester = events[index].data.ptr;
      if (events[index].events & EPOLLOUT) {
        rewatch(epoll, requester->fd, EPOLLIN, requester);
        ask(requester);
      } else {
        receive(requester);
      }
    }
  }
  printf("{\"answered\":%lu,\"errors\":%lu,\"reconnects\":%lu,\"seconds\":%.6f,", answered, errors, reconnects,
         (double)(now_ns() - begin) / NS_PER_SECOND);
  histogram_print(&latency, "latency");
  printf(",\"cpu\":%.3f}\n", cpu_seconds());
}
