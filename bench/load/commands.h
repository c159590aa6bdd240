#ifndef COMMANDS_H
#define COMMANDS_H

/* Lines on standard input, `NAME NUMBER NUMBER`; missing numbers are 0. */
struct command {
  char name[16];
  long first;
  long second;
};

typedef void on_command(const struct command *command);

/* Reads what there is and hands on each whole line; ends the process when nobody can send a command any more. */
void commands_read(on_command *take);

#endif
