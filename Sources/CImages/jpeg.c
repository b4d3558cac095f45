// SPDX-License-Identifier: Apache-2.0
#include "CImages.h"

#if !__has_include(<jpeglib.h>)
#error "libjpeg's headers are missing: install libjpeg-dev (Debian, Ubuntu) or libjpeg-turbo-devel (Fedora)"
#endif

#include <stdio.h>
// After stdio.h, which it needs.
#include <jpeglib.h>
#include <jerror.h>
#include <setjmp.h>
#include <string.h>

typedef struct {
  struct jpeg_error_mgr manager;
  jmp_buf start;
  char *message;
} Failure;

static void fail(j_common_ptr jpeg) {
  Failure *failure = (Failure *)jpeg->err;
  char text[JMSG_LENGTH_MAX];
  jpeg->err->format_message(jpeg, text);
  snprintf(failure->message, CI_MESSAGE_SIZE, "%s", text);
  longjmp(failure->start, 1);
}

// libjpeg fills what is missing with grey and only warns; a picture that is half grey is no picture.
static void watch(j_common_ptr jpeg, int level) {
  if (level >= 0) return;
  switch (jpeg->err->msg_code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
      fail(jpeg);
  }
}

static void beSilent(j_common_ptr jpeg) { (void)jpeg; }

// Four inks to three colours, in place. Files by Adobe's programs hold how much of each is left out.
static void mixInks(uint8_t *pixels, size_t count, bool inverted) {
  for (size_t i = 0; i < count; i++) {
    const uint8_t *from = pixels + 4 * i;
    uint8_t *to = pixels + 3 * i;
    const unsigned key = inverted ? from[3] : 255 - from[3];
    for (int c = 0; c < 3; c++) {
      const unsigned ink = inverted ? from[c] : 255 - from[c];
      to[c] = (ink * key + 127) / 255;
    }
  }
}

// Reads the header, and the pixels too where there is room for them.
static bool read_jpeg(const uint8_t *bytes, size_t count, CIHeader *header, uint8_t *pixels,
                      char *message) {
  struct jpeg_decompress_struct jpeg;
  Failure failure;
  memset(&jpeg, 0, sizeof jpeg);
  jpeg.err = jpeg_std_error(&failure.manager);
  failure.manager.error_exit = fail;
  failure.manager.emit_message = watch;
  failure.manager.output_message = beSilent;
  failure.message = message;
  if (setjmp(failure.start)) {
    jpeg_destroy_decompress(&jpeg);
    return false;
  }
  jpeg_create_decompress(&jpeg);
  jpeg_mem_src(&jpeg, (unsigned char *)bytes, count);
  jpeg_read_header(&jpeg, TRUE);
  const bool isGray = jpeg.jpeg_color_space == JCS_GRAYSCALE;
  const bool isInk = jpeg.jpeg_color_space == JCS_CMYK || jpeg.jpeg_color_space == JCS_YCCK;
  const CIHeader claimed = {jpeg.image_width, jpeg.image_height, isGray ? 1 : 3, 8};
  if (pixels) {
    jpeg.out_color_space = isGray ? JCS_GRAYSCALE : isInk ? JCS_CMYK : JCS_RGB;
    jpeg_start_decompress(&jpeg);
    const size_t row = (size_t)jpeg.output_width * jpeg.output_components;
    while (jpeg.output_scanline < jpeg.output_height) {
      JSAMPROW target = pixels + jpeg.output_scanline * row;
      jpeg_read_scanlines(&jpeg, &target, 1);
    }
    jpeg_finish_decompress(&jpeg);
    if (isInk)
      mixInks(pixels, (size_t)(claimed.width * claimed.height), jpeg.saw_Adobe_marker);
  }
  *header = claimed;
  jpeg_destroy_decompress(&jpeg);
  return true;
}

bool ci_jpeg_header(const uint8_t *bytes, size_t count, CIHeader *header, char *message) {
  return read_jpeg(bytes, count, header, NULL, message);
}

bool ci_jpeg_decode(const uint8_t *bytes, size_t count, uint8_t *pixels, char *message) {
  CIHeader header;
  return read_jpeg(bytes, count, &header, pixels, message);
}
