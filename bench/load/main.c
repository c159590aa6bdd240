/* The load generator: clients, publishers and backend of the benchmark, one mode for each process. */
#include <signal.h>
#include <string.h>

#include "fatal.h"
#include "modes.h"
#include "sockets.h"

static const struct {
  const char *name;
  void (*run)(const struct arguments *);
} modes[] = {
    {"streams", run_streams}, {"publish", run_publish}, {"requests", run_requests}, {"polls", run_polls},
    {"transfer", run_transfer}, {"backend", run_backend}, {"floor", run_floor},
};

int main(int count, char **values) {
  if (count < 2) fatal("which mode?");
  struct arguments arguments = {.count = count - 2, .values = values + 2};
  signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();
  for (size_t index = 0; index < sizeof modes / sizeof *modes; index++) {
    if (strcmp(values[1], modes[index].name) == 0) {
      modes[index].run(&arguments);
      return 0;
    }
  }
  fatal("no mode '%s'", values[1]);
}
