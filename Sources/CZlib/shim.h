// SPDX-License-Identifier: Apache-2.0
#ifndef CZLIB_SHIM_H
#define CZLIB_SHIM_H

#include <zlib.h>

// `inflateInit2` is a macro, which Swift cannot import.
static inline int czlib_inflate_start(z_stream *stream, int window_bits) {
  return inflateInit2(stream, window_bits);
}

#endif
