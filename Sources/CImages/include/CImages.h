// SPDX-License-Identifier: Apache-2.0
//
// PNG and JPEG files in memory, read by the system's libpng and libjpeg. They report errors by
// longjmp, which must not cross Swift: here it ends, as `false` and a message.
#ifndef CIMAGES_H
#define CIMAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Room for a message with its end.
#define CI_MESSAGE_SIZE 256

typedef struct {
  int64_t width, height;
  int32_t channels;  // of the decoded pixels: 1 for grey, 3 for colour
  int32_t bits;      // of a channel in the file
} CIHeader;

// What the header claims; nothing of that size is allocated.
bool ci_png_header(const uint8_t *bytes, size_t count, CIHeader *header, char *message);
bool ci_jpeg_header(const uint8_t *bytes, size_t count, CIHeader *header, char *message);

// Eight bits a channel, row by row, channels last; transparent pixels are laid on white. `pixels`
// has room for four bytes a pixel.
bool ci_png_decode(const uint8_t *bytes, size_t count, uint8_t *pixels, char *message);
bool ci_jpeg_decode(const uint8_t *bytes, size_t count, uint8_t *pixels, char *message);

#endif
