/*
 * Long-polling clients: `--clients` on one channel; each asks again as soon as it is answered. `--messages` are published from
 * outside; the run ends with the command `finish`. Between two polls nobody holds a client, so a message that comes
 * then is missed, which is counted and no fault.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "commands.h"
#include "fatal.h"
#include "histogram.h"
#include "http-message.h"
#include "message.h"
#include "modes.h"
#include "sockets.h"

#define EVENTS 512

struct poller {
  int fd;
  struct http_message response;
  uint32_t next;
  unsigned length;
  char body[MESSAGE_SIZE];
};

static int epoll;
static int port;
static unsigned run;
static uint32_t messages;
static char request[256];
static size_t request_length;
static uint64_t answered, missed, repeated, errors, reconnects;
/* Of the last answer that was no message. */
static int odd_status;
static bool finished;
static struct histogram latency;

static void start(struct poller *poller) {
  poller->fd = start_connection(port);
  watch(epoll, poller->fd, EPOLLOUT, poller);
}

static void restart(struct poller *poller) {
  close(poller->fd);
  http_reset(&poller->response);
  reconnects++;
  start(poller);
}

static void ask(struct poller *poller) {
  poller->length = 0;
  if (!send_all(poller->fd, request, request_length)) restart(poller);
}

static void take_body(void *context, const char *data, size_t length) {
  struct poller *poller = context;
  for (size_t index = 0; index < length && poller->length < MESSAGE_SIZE; index++) poller->body[poller->length++] = data[index];
}

static void take_answer(struct poller *poller) {
  struct message message;
  if (poller->response.status != 200 || poller->length != MESSAGE_SIZE || !message_read(poller->body, MESSAGE_SIZE, &message)) {
    errors++;
    odd_status = poller->response.status;
    return;
  }
  if (message.run != run) return;
  if (message.sequence < poller->next) {
    repeated++;
    return;
  }
  answered++;
  missed += message.sequence - poller->next;
  histogram_add(&latency, now_ns() - message.sent);
  poller->next = message.sequence + 1;
}

static void receive(struct poller *poller) {
  static char buffer[16 * 1024];
  ssize_t got = recv(poller->fd, buffer, sizeof buffer, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got > 0) http_take(&poller->response, buffer, (size_t)got, take_body, poller);
  if (got <= 0 || poller->response.state == HTTP_BROKEN) {
    errors++;
    restart(poller);
    return;
  }
  if (poller->response.state != HTTP_COMPLETE) return;
  take_answer(poller);
  if (poller->response.close) {
    restart(poller);
    return;
  }
  http_reset(&poller->response);
  ask(poller);
}

static void obey(const struct command *command) {
  if (strcmp(command->name, "finish") == 0) finished = true;
}

void run_polls(const struct arguments *arguments) {
  port = (int)number_argument(arguments, "--port", -1);
  long clients = number_argument(arguments, "--clients", -1);
  messages = (uint32_t)number_argument(arguments, "--messages", -1);
  run = (unsigned)number_argument(arguments, "--run", 0);
  request_length = (size_t)snprintf(request, sizeof request, "GET %sc0 HTTP/1.1\r\nHost: bench\r\n\r\n",
                                    text_argument(arguments, "--path", "/poll/"));
  epoll = epoll_create1(EPOLL_CLOEXEC);
  watch(epoll, STDIN_FILENO, EPOLLIN, NULL);
  struct poller *pollers = allocate((size_t)clients, sizeof *pollers);
  for (long index = 0; index < clients; index++) start(&pollers[index]);
  static struct epoll_event events[EVENTS];
  while (!finished) {
    int count = epoll_wait(epoll, events, EVENTS, 1000);
    for (int index = 0; index < count; index++) {
      struct poller *poller = events[index].data.ptr;
      if (poller == NULL) {
        commands_read(obey);
      } else if (events[index].events & EPOLLOUT) {
        rewatch(epoll, poller->fd, EPOLLIN, poller);
        ask(poller);
      } else {
        receive(poller);
      }
    }
  }
  /* Who has not got the last message by now has missed it. */
  for (long index = 0; index < clients; index++) missed += messages - pollers[index].next;
  printf("{\"answered\":%lu,\"missed\":%lu,\"repeated\":%lu,\"errors\":%lu,\"oddStatus\":%d,\"reconnects\":%lu,", answered, missed,
         repeated, errors, odd_status, reconnects);
  histogram_print(&latency, "latency");
  printf(",\"cpu\":%.3f}\n", cpu_seconds());
}
