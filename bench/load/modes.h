#ifndef MODES_H
#define MODES_H

#include "arguments.h"

/* What the program can be; each is described at the beginning of its file. All print JSON on standard output. */
void run_streams(const struct arguments *arguments);
void run_publish(const struct arguments *arguments);
void run_requests(const struct arguments *arguments);
void run_polls(const struct arguments *arguments);
void run_transfer(const struct arguments *arguments);
void run_backend(const struct arguments *arguments);
void run_floor(const struct arguments *arguments);

#endif
