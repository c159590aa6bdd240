#ifndef RUN_H
#define RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tally.h"

/*
 * A run: a known number of messages, over the channels in turn, received by all subscribers. There is one at a time. It ends when
 * everything has come, or when the publisher has finished and nothing has come for three seconds.
 */
void run_begin(unsigned id, uint32_t messages, uint32_t channels);

/* One more subscriber that will get what is published on the channel. */
void run_add_subscriber(uint32_t channel);

/* A message has arrived at a subscriber. */
void run_take(struct tally *tally, const char *bytes, size_t size, int64_t received);

/* The server has closed a stream: nobody waits any more for what its client would still have got. */
void run_closed(const struct tally *tally, uint32_t channel);

/* The publisher has sent everything. */
void run_finish(void);

bool run_going(void);

/* Whether nothing more will come. */
bool run_over(int64_t now);

/* Counts what each subscriber still misses; before run_report. */
void run_settle(const struct tally *tally, uint32_t channel);

/* Prints the result as one line of JSON, and ends the run. */
void run_report(void);

#endif
