#ifndef SOCKETS_H
#define SOCKETS_H

#include <stdbool.h>
#include <stddef.h>

/* Everything is on 127.0.0.1, without Nagle's delay. */

/* Starts a connection that does not block; it is writable when it stands. */
int start_connection(int port);

/* A connection that stands and blocks. */
int blocking_connection(int port);

/* A listening socket that does not block. */
int listen_on(int port);

void without_delay(int fd);

/* Adds the descriptor to the epoll instance, or changes what it waits for. */
void watch(int epoll, int fd, unsigned events, void *owner);
void rewatch(int epoll, int fd, unsigned events, void *owner);

/* Sends all of it, waiting where the socket has no room. */
bool send_all(int fd, const char *data, size_t length);

/* The process may have as many descriptors as the system lets it. */
void raise_descriptor_limit(void);

#endif
