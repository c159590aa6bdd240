#include "run.h"

#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "fatal.h"
#include "histogram.h"
#include "message.h"

#define PATIENCE (3 * NS_PER_SECOND)

struct moment {
  int64_t sent;
  int64_t last_received;
};

static struct state {
  bool going;
  unsigned id;
  uint32_t messages;
  uint32_t channels;
  uint64_t deliveries;
  uint64_t received;
  uint64_t abandoned;
  uint64_t damaged;
  uint64_t closed;
  struct faults faults;
  int64_t first_sent;
  int64_t last_received;
  /* When the publisher had sent everything; 0 until then. */
  int64_t finished_at;
  struct histogram latency;
  /* Of each message; only with one channel, where the last delivery of a message means something. */
  struct moment *moments;
} run;

void run_begin(unsigned id, uint32_t messages, uint32_t channels) {
  free(run.moments);
  uint64_t closed = run.closed;
  run = (struct state){.going = true, .id = id, .messages = messages, .channels = channels};
  run.closed = closed;
  run.first_sent = INT64_MAX;
  if (channels == 1) run.moments = allocate(messages, sizeof *run.moments);
}

void run_add_subscriber(uint32_t channel) { run.deliveries += messages_on(channel, run.messages, run.channels); }

void run_take(struct tally *tally, const char *bytes, size_t size, int64_t received) {
  struct message message;
  if (!message_read(bytes, size, &message)) {
    run.damaged++;
    return;
  }
  /* Something of an earlier run, or beyond what is published in this one, must be a second copy. */
  if (!run.going || message.run != run.id || message.sequence >= run.messages) {
    run.faults.repeated++;
    return;
  }
  if (!tally_take(tally, message.sequence, &run.faults)) return;
  histogram_add(&run.latency, received - message.sent);
  run.received++;
  run.last_received = received;
  if (message.sent < run.first_sent) run.first_sent = message.sent;
  if (run.moments != NULL) run.moments[message.sequence] = (struct moment){message.sent, received};
}

void run_closed(const struct tally *tally, uint32_t channel) {
  run.closed++;
  uint32_t expected = messages_on(channel, run.messages, run.channels);
  if (run.going && tally->next < expected) run.abandoned += expected - tally->next;
}

void run_finish(void) { run.finished_at = now_ns(); }

bool run_going(void) { return run.going; }

bool run_over(int64_t now) {
  if (!run.going) return false;
  if (run.received + run.abandoned >= run.deliveries) return true;
  int64_t quiet_since = run.last_received > run.finished_at ? run.last_received : run.finished_at;
  return run.finished_at != 0 && now - quiet_since > PATIENCE;
}

void run_settle(const struct tally *tally, uint32_t channel) {
  tally_end(tally, messages_on(channel, run.messages, run.channels), &run.faults);
}

void run_report(void) {
  static struct histogram last;
  last = (struct histogram){.total = 0};
  for (uint32_t index = 0; run.moments != NULL && index < run.messages; index++) {
    struct moment moment = run.moments[index];
    if (moment.sent != 0) histogram_add(&last, moment.last_received - moment.sent);
  }
  double seconds = run.received == 0 ? 0 : (double)(run.last_received - run.first_sent) / NS_PER_SECOND;
  printf("{\"event\":\"report\",\"expected\":%lu,\"received\":%lu,\"lost\":%lu,\"repeated\":%lu,\"reordered\":%lu,",
         run.deliveries, run.received, run.faults.lost, run.faults.repeated, run.faults.reordered);
  printf("\"damaged\":%lu,\"closed\":%lu,\"seconds\":%.6f,", run.damaged, run.closed, seconds);
  histogram_print(&run.latency, "latency");
  putchar(',');
  histogram_print(&last, "last");
  puts("}");
  fflush(stdout);
  run.going = false;
}
