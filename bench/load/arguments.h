#ifndef ARGUMENTS_H
#define ARGUMENTS_H

/* The command line behind the mode: pairs of `--name value`. */
struct arguments {
  int count;
  char **values;
};

/* The value of `--name`, or the fallback; without a fallback (NULL) a missing value ends the process. */
const char *text_argument(const struct arguments *arguments, const char *name, const char *fallback);

/* A fallback below zero means that there is none. */
long number_argument(const struct arguments *arguments, const char *name, long fallback);

#endif
