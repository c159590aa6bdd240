/*
 * Clients that stay: opens streaming responses, or with `--protocol websocket` WebSockets, as many at once as `--pending` allows,
 * and reads what is published to them, messages of `--size` bytes.
 *   more N         opens N more; answers with the event `held` when all stand or have failed
 *   expect M RUN   from now on M messages of the run are published; answers `ready`, and `report` at its end
 *   finish         the publisher has sent everything
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "commands.h"
#include "fatal.h"
#include "http-message.h"
#include "message.h"
#include "modes.h"
#include "run.h"
#include "sockets.h"
#include "tally.h"
#include "websocket.h"

#define MAX_SUBSCRIBERS 200000
#define EVENTS 512

struct subscriber {
  int fd;
  uint32_t channel;
  bool held;
  /* Was there when the run began. */
  bool expecting;
  struct http_message response;
  struct tally tally;
  struct frames frames;
  /* Of a message that has not arrived whole. */
  size_t part_length;
  char part[];
};

static struct {
  int epoll;
  int port;
  const char *path;
  const char *header;
  bool websocket;
  size_t size;
  uint32_t channels;
  long pending_limit;
  struct subscriber **all;
  uint32_t started;
  uint32_t wanted;
  uint32_t held;
  uint32_t failed;
  /* Of the last that failed; 0 without a response. */
  int failed_status;
  long pending;
  int64_t opening_since;
  int64_t received_at;
} streams;

static void start_one(void) {
  struct subscriber *subscriber = allocate(1, sizeof *subscriber + streams.size);
  subscriber->channel = streams.started % streams.channels;
  subscriber->fd = start_connection(streams.port);
  streams.all[streams.started++] = subscriber;
  streams.pending++;
  watch(streams.epoll, subscriber->fd, EPOLLOUT, subscriber);
}

static void start_more(void) {
  while (streams.started < streams.wanted && streams.pending < streams.pending_limit) start_one();
  if (streams.opening_since == 0 || streams.pending > 0 || streams.started < streams.wanted) return;
  printf("{\"event\":\"held\",\"held\":%u,\"failed\":%u,\"failedStatus\":%d,\"seconds\":%.6f}\n", streams.held,
         streams.failed, streams.failed_status, (double)(now_ns() - streams.opening_since) / NS_PER_SECOND);
  fflush(stdout);
  streams.opening_since = 0;
}

static void close_one(struct subscriber *subscriber) {
  close(subscriber->fd);
  subscriber->fd = -1;
  if (subscriber->held) {
    streams.held--;
    run_closed(&subscriber->tally, subscriber->channel);
    return;
  }
  streams.failed++;
  streams.failed_status = subscriber->response.status;
  streams.pending--;
  start_more();
}

static void send_request(struct subscriber *subscriber) {
  char request[512];
  int length = snprintf(request, sizeof request, "GET %sc%u HTTP/1.1\r\nHost: bench\r\n%s%s%s\r\n", streams.path,
                        subscriber->channel, streams.websocket ? WEBSOCKET_HEADERS : "", streams.header,
                        *streams.header == '\0' ? "" : "\r\n");
  if (!send_all(subscriber->fd, request, (size_t)length)) {
    close_one(subscriber);
    return;
  }
  rewatch(streams.epoll, subscriber->fd, EPOLLIN, subscriber);
}

/* The content of a stream: messages one after the other, and line feeds between them, which keep the connection alive. */
static void take_content(void *context, const char *data, size_t length) {
  struct subscriber *subscriber = context;
  while (length > 0) {
    if (subscriber->part_length == 0 && *data == '\n') {
      data++, length--;
      continue;
    }
    if (subscriber->part_length == 0 && length >= streams.size) {
      run_take(&subscriber->tally, data, streams.size, streams.received_at);
      data += streams.size, length -= streams.size;
      continue;
    }
    size_t room = streams.size - subscriber->part_length;
    size_t size = length < room ? length : room;
    memcpy(subscriber->part + subscriber->part_length, data, size);
    subscriber->part_length += size;
    data += size, length -= size;
    if (subscriber->part_length < streams.size) return;
    subscriber->part_length = 0;
    run_take(&subscriber->tally, subscriber->part, streams.size, streams.received_at);
  }
}

static void take_frames(void *context, const char *data, size_t length) {
  struct subscriber *subscriber = context;
  frames_take(&subscriber->frames, streams.size, data, length, take_content, subscriber);
}

/* Whether what has come is, so far, a response that stays. */
static bool is_sound(const struct subscriber *subscriber) {
  const struct http_message *response = &subscriber->response;
  if (response->state == HTTP_COMPLETE || response->state == HTTP_BROKEN || subscriber->frames.over) return false;
  return response->status == (streams.websocket ? 101 : 200);
}

static void receive(struct subscriber *subscriber) {
  static char buffer[256 * 1024];
  ssize_t got = recv(subscriber->fd, buffer, sizeof buffer, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    close_one(subscriber);
    return;
  }
  streams.received_at = now_ns();
  http_take(&subscriber->response, buffer, (size_t)got, streams.websocket ? take_frames : take_content, subscriber);
  if (subscriber->response.state == HTTP_HEAD) return;
  if (!is_sound(subscriber)) {
    close_one(subscriber);
    return;
  }
  if (subscriber->held) return;
  subscriber->held = true;
  streams.held++;
  streams.pending--;
  start_more();
}

static void expect(uint32_t messages, unsigned id) {
  run_begin(id, messages, streams.channels);
  for (uint32_t index = 0; index < streams.started; index++) {
    struct subscriber *subscriber = streams.all[index];
    subscriber->tally = (struct tally){.next = 0};
    subscriber->expecting = subscriber->fd >= 0;
    if (subscriber->expecting) run_add_subscriber(subscriber->channel);
  }
  puts("{\"event\":\"ready\"}");
  fflush(stdout);
}

static void obey(const struct command *command) {
  if (strcmp(command->name, "more") == 0) {
    streams.wanted += (uint32_t)command->first;
    if (streams.wanted > MAX_SUBSCRIBERS) fatal("more than %d clients", MAX_SUBSCRIBERS);
    streams.opening_since = now_ns();
    start_more();
  } else if (strcmp(command->name, "expect") == 0) {
    expect((uint32_t)command->first, (unsigned)command->second);
  } else if (strcmp(command->name, "finish") == 0) {
    run_finish();
  }
}

static void report_if_over(void) {
  if (!run_going() || !run_over(now_ns())) return;
  for (uint32_t index = 0; index < streams.started; index++) {
    struct subscriber *subscriber = streams.all[index];
    if (subscriber->expecting) run_settle(&subscriber->tally, subscriber->channel);
  }
  run_report();
}

void run_streams(const struct arguments *arguments) {
  streams.epoll = epoll_create1(EPOLL_CLOEXEC);
  streams.port = (int)number_argument(arguments, "--port", -1);
  streams.path = text_argument(arguments, "--path", NULL);
  streams.header = text_argument(arguments, "--header", "");
  streams.websocket = strcmp(text_argument(arguments, "--protocol", "http"), "websocket") == 0;
  streams.size = message_size(number_argument(arguments, "--size", MESSAGE_SIZE));
  streams.channels = (uint32_t)number_argument(arguments, "--channels", 1);
  streams.pending_limit = number_argument(arguments, "--pending", 64);
  streams.all = allocate(MAX_SUBSCRIBERS, sizeof *streams.all);
  watch(streams.epoll, STDIN_FILENO, EPOLLIN, NULL);
  static struct epoll_event events[EVENTS];
  for (;;) {
    int count = epoll_wait(streams.epoll, events, EVENTS, 100);
    for (int index = 0; index < count; index++) {
      struct subscriber *subscriber = events[index].data.ptr;
      if (subscriber == NULL) commands_read(obey);
      else if (events[index].events & EPOLLOUT) send_request(subscriber);
      else receive(subscriber);
    }
    report_if_over();
  }
}
