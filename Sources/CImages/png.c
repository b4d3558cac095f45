// SPDX-License-Identifier: Apache-2.0
#include "CImages.h"

#if !__has_include(<png.h>)
#error "libpng's headers are missing: install libpng-dev (Debian, Ubuntu) or libpng-devel (Fedora)"
#endif

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  const uint8_t *bytes;
  size_t left;
} Source;

static void fail(png_structp png, png_const_charp text) {
  snprintf(png_get_error_ptr(png), CI_MESSAGE_SIZE, "%s", text);
  png_longjmp(png, 1);
}

// Warnings are about colour profiles and texts, which are not used.
static void ignore(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static void take(png_structp png, png_bytep target, size_t count) {
  Source *source = png_get_io_ptr(png);
  if (count > source->left) png_error(png, "its end is missing");
  memcpy(target, source->bytes, count);
  source->bytes += count;
  source->left -= count;
}

// Whether a palette has shades of grey only.
static bool isGrayPalette(png_structp png, png_infop info) {
  png_colorp colors = NULL;
  int count = 0;
  if (!png_get_PLTE(png, info, &colors, &count)) return false;
  for (int i = 0; i < count; i++) {
    if (colors[i].red != colors[i].green || colors[i].red != colors[i].blue) return false;
  }
  return true;
}

// Colour and opacity laid on white, in place: an opaque pixel stays what it is.
static void layOnWhite(uint8_t *pixels, size_t count, int channels, int kept) {
  for (size_t i = 0; i < count; i++) {
    const uint8_t *from = pixels + i * (channels + 1);
    const unsigned alpha = from[channels];
    uint8_t *to = pixels + i * kept;
    for (int c = 0; c < kept; c++) to[c] = (from[c] * alpha + 255 * (255 - alpha) + 127) / 255;
  }
}

// Reads the header, and the pixels too where there is room for them.
static bool read_png(const uint8_t *bytes, size_t count, CIHeader *header, uint8_t *pixels,
                     char *message) {
  snprintf(message, CI_MESSAGE_SIZE, "there is no memory for it");
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, message, fail, ignore);
  if (!png) return false;
  png_infop info = png_create_info_struct(png);
  Source source = {bytes, count};
  if (!info || setjmp(png_jmpbuf(png))) {
    png_destroy_read_struct(&png, &info, NULL);
    return false;
  }
  png_set_read_fn(png, &source, take);
  png_read_info(png, info);
  const int color = png_get_color_type(png, info);
  const CIHeader claimed = {
      png_get_image_width(png, info), png_get_image_height(png, info),
      !(color & PNG_COLOR_MASK_COLOR) || (color == PNG_COLOR_TYPE_PALETTE && isGrayPalette(png, info))
          ? 1 : 3,
      png_get_bit_depth(png, info)};
  if (pixels) {
    const int channels = color & PNG_COLOR_MASK_COLOR ? 3 : 1;
    png_set_expand(png);
    png_set_scale_16(png);
    png_set_add_alpha(png, 0xff, PNG_FILLER_AFTER);
    const int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    const size_t row = (size_t)claimed.width * (channels + 1);
    if (png_get_rowbytes(png, info) != row) png_error(png, "its rows have an unknown form");
    for (int pass = 0; pass < passes; pass++) {
      for (int64_t y = 0; y < claimed.height; y++) png_read_row(png, pixels + y * row, NULL);
    }
    png_read_end(png, NULL);
    layOnWhite(pixels, (size_t)(claimed.width * claimed.height), channels, claimed.channels);
  }
  *header = claimed;
  png_destroy_read_struct(&png, &info, NULL);
  return true;
}

bool ci_png_header(const uint8_t *bytes, size_t count, CIHeader *header, char *message) {
  return read_png(bytes, count, header, NULL, message);
}

bool ci_png_decode(const uint8_t *bytes, size_t count, uint8_t *pixels, char *message) {
  CIHeader header;
  return read_png(bytes, count, &header, pixels, message);
}
