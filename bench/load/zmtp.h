#ifndef ZMTP_H
#define ZMTP_H

#include <stdint.h>

#include "publication.h"

/* Pushes every message of the publication, one item each, to the ZeroMQ PULL socket on the port. Returns how many. */
uint64_t push_all(int port, const struct publication *publication);

#endif
