#include "websocket.h"

#define FINAL 0x80
#define MASKED 0x80
#define RESERVED 0x70
#define OPCODE 0x0f
#define TEXT 0x1
#define PING 0x9
#define PONG 0xa

/* Bytes of the head (RFC 6455 5.2) as far as that can be told from what has come of it. */
static unsigned head_size(const struct frames *frames) {
  if (frames->head_length < 2) return 2;
  unsigned length = frames->head[1] & ~MASKED;
  return length == 127 ? 10 : length == 126 ? 4 : 2;
}

static bool is_message(const struct frames *frames) {
  return (frames->head[0] & OPCODE) == TEXT;
}

static void read_head(struct frames *frames, size_t size) {
  unsigned opcode = frames->head[0] & OPCODE;
  frames->left = frames->head_length == 2 ? frames->head[1] : 0;
  for (unsigned index = 2; index < frames->head_length; index++) frames->left = frames->left << 8 | frames->head[index];
  bool known = is_message(frames) ? frames->left == size : opcode == PING || opcode == PONG;
  frames->over = !known || (frames->head[0] & FINAL) == 0 || (frames->head[0] & RESERVED) != 0 || frames->head[1] & MASKED;
}

void frames_take(struct frames *frames, size_t size, const char *data, size_t length, on_body *content, void *context) {
  while (length > 0 && !frames->over) {
    if (frames->head_length < head_size(frames)) {
      frames->head[frames->head_length++] = (unsigned char)*data;
      data++, length--;
      if (frames->head_length == head_size(frames)) read_head(frames, size);
    } else {
      size_t part = length < frames->left ? length : (size_t)frames->left;
      if (is_message(frames)) content(context, data, part);
      data += part, length -= part;
      frames->left -= part;
    }
    if (frames->head_length == head_size(frames) && frames->left == 0) frames->head_length = 0;
  }
}
