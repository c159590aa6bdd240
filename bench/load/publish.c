/*
 * A publisher: sends `--messages` to `--channels` in turn, over `--connections` that are kept open. Each has its own channels, so
 * the order on a channel is kept. The next request goes out when the last one is answered, `--rate` a second at most.
 * A connection that the server closes is opened again; a request that is refused is sent again. `--style zmtp` pushes over
 * ZeroMQ instead, which answers nothing.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "fatal.h"
#include "histogram.h"
#include "http-message.h"
#include "message.h"
#include "modes.h"
#include "publication.h"
#include "sockets.h"
#include "zmtp.h"

#define MAX_SENDERS 64
#define MAX_ITEMS 1000
#define MAX_ERRORS 100
#define REFUSAL_PAUSE (20 * NS_PER_SECOND / 1000)

enum sender_state { CLOSED, CONNECTING, IDLE, WAITING };

struct sender {
  enum sender_state state;
  int fd;
  struct http_message response;
  /* Where the request that is on its way begins, and where the next one will. */
  struct place current;
  struct place following;
  unsigned count;
  /* Not before. */
  int64_t due;
  int64_t sent_at;
};

static struct publication publication;
static struct sender senders[MAX_SENDERS];
static unsigned sender_count;
static unsigned items;
static char *request;
static int port;
static int64_t period;
static uint64_t published, refused, errors, reconnects;
static struct histogram answers;

static bool is_done(const struct sender *sender) {
  return !place_exists(&publication, sender->current);
}

static void disconnect(struct sender *sender) {
  close(sender->fd);
  http_reset(&sender->response);
  sender->state = CLOSED;
  reconnects++;
}

static void send_request(struct sender *sender) {
  sender->following = sender->current;
  sender->count = items;
  size_t length = write_request(request, &publication, &sender->following, sender_count, &sender->count);
  sender->sent_at = now_ns();
  sender->state = WAITING;
  if (send_all(sender->fd, request, length)) return;
  errors++;
  disconnect(sender);
}

static void answered(struct sender *sender) {
  int status = sender->response.status;
  int64_t now = now_ns();
  bool close = sender->response.close;
  http_reset(&sender->response);
  sender->state = IDLE;
  if (status >= 200 && status < 300) {
    histogram_add(&answers, now - sender->sent_at);
    published += sender->count;
    sender->current = sender->following;
    sender->due += period;
  } else if (status == 503) {
    refused += sender->count;
    sender->due = now + REFUSAL_PAUSE;
  } else {
    fatal("publishing was answered with status %d", status);
  }
  if (close) disconnect(sender);
}

static void receive(struct sender *sender) {
  char buffer[8192];
  ssize_t got = recv(sender->fd, buffer, sizeof buffer, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got > 0) {
    http_take(&sender->response, buffer, (size_t)got, NULL, NULL);
    if (sender->response.state == HTTP_BROKEN) fatal("the answer to a publish request is not HTTP");
    if (sender->response.state == HTTP_COMPLETE) answered(sender);
    return;
  }
  /* Nobody knows whether a request without an answer was taken: it is sent again, and a repetition would be seen. */
  if (sender->state == WAITING) errors++;
  if (errors > MAX_ERRORS) fatal("publishing fails again and again");
  disconnect(sender);
}

/* Brings a sender on as far as it goes without waiting. Returns the time it waits for; 0 when it waits for its socket. */
static int64_t advance(struct sender *sender, struct pollfd *watched) {
  if (sender->state == CLOSED) {
    sender->fd = start_connection(port);
    sender->state = CONNECTING;
  }
  int64_t wait = 0;
  if (sender->state == IDLE) {
    if (sender->due <= now_ns()) send_request(sender);
    else wait = sender->due;
  }
  if (sender->state == CLOSED) return now_ns();
  *watched = (struct pollfd){.fd = sender->fd, .events = sender->state == CONNECTING ? POLLOUT : POLLIN};
  return wait;
}

static void publish_all(void) {
  struct pollfd watched[MAX_SENDERS];
  for (;;) {
    int64_t wake = INT64_MAX;
    bool busy = false;
    for (unsigned index = 0; index < sender_count; index++) {
      watched[index] = (struct pollfd){.fd = -1};
      if (is_done(&senders[index])) continue;
      busy = true;
      int64_t wait = advance(&senders[index], &watched[index]);
      if (wait > 0 && wait < wake) wake = wait;
    }
    if (!busy) return;
    int64_t pause = wake == INT64_MAX ? NS_PER_SECOND : wake - now_ns();
    if (pause < 0) pause = 0;
    struct timespec timeout = {.tv_sec = pause / NS_PER_SECOND, .tv_nsec = pause % NS_PER_SECOND};
    ppoll(watched, sender_count, &timeout, NULL);
    for (unsigned index = 0; index < sender_count; index++) {
      if (watched[index].revents == 0) continue;
      if (senders[index].state == CONNECTING) senders[index].state = IDLE;
      else receive(&senders[index]);
    }
  }
}

static enum style style_named(const char *name) {
  if (strcmp(name, "grip") == 0) return STYLE_GRIP;
  if (strcmp(name, "raw") == 0) return STYLE_RAW;
  fatal("no style '%s'", name);
}

void run_publish(const struct arguments *arguments) {
  const char *style = text_argument(arguments, "--style", "grip");
  bool zmtp = strcmp(style, "zmtp") == 0;
  publication = (struct publication){
      .style = zmtp ? STYLE_GRIP : style_named(style),
      .format = format_named(text_argument(arguments, "--format", "stream")),
      .path = text_argument(arguments, "--path", "/publish/"),
      .run = (unsigned)number_argument(arguments, "--run", 0),
      .messages = (uint32_t)number_argument(arguments, "--messages", -1),
      .channels = (uint32_t)number_argument(arguments, "--channels", 1),
      .size = message_size(number_argument(arguments, "--size", MESSAGE_SIZE)),
  };
  port = (int)number_argument(arguments, "--port", -1);
  items = (unsigned)number_argument(arguments, "--items", 1);
  sender_count = (unsigned)number_argument(arguments, "--connections", 1);
  long rate = number_argument(arguments, "--rate", 0);
  if (sender_count > publication.channels) sender_count = publication.channels;
  if (sender_count > MAX_SENDERS || items > MAX_ITEMS) fatal("too many connections or items");
  request = allocate(1, request_room(&publication, items));
  period = rate > 0 ? NS_PER_SECOND * items * sender_count / rate : 0;

  int64_t start = now_ns();
  for (unsigned index = 0; index < sender_count; index++) {
    senders[index] = (struct sender){.current = {.channel = index}, .due = start + period * index / sender_count};
  }
  if (zmtp) published = push_all(port, &publication);
  else publish_all();
  printf("{\"published\":%lu,\"refused\":%lu,\"errors\":%lu,\"reconnects\":%lu,\"seconds\":%.6f,", published, refused, errors,
         reconnects, (double)(now_ns() - start) / NS_PER_SECOND);
  histogram_print(&answers, "answer");
  printf(",\"cpu\":%.3f}\n", cpu_seconds());
}
