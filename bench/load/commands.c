#include "commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void commands_read(on_command *take) {
  static char line[256];
  static size_t length;
  ssize_t got = read(STDIN_FILENO, line + length, sizeof line - 1 - length);
  if (got <= 0) exit(0);
  length += (size_t)got;
  line[length] = '\0';
  char *start = line;
  for (char *end; (end = strchr(start, '\n')) != NULL; start = end + 1) {
    *end = '\0';
    struct command command = {.name = ""};
    if (sscanf(start, "%15s %ld %ld", command.name, &command.first, &command.second) >= 1) take(&command);
  }
  length = strlen(start);
  memmove(line, start, length);
}
