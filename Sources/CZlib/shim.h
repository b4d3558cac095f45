// SPDX-License-Identifier: Apache-2.0
#ifndef CZLIB_SHIM_H
#define CZLIB_SHIM_H

#if !__has_include(<zlib.h>)
#error "zlib's headers are missing: install zlib1g-dev (Debian, Ubuntu) or zlib-devel (Fedora)"
#endif

#include <zlib.h>

// `inflateInit2` is a macro, which Swift cannot import.
static inline int czlib_inflate_start(z_stream *stream, int window_bits) {
  return inflateInit2(stream, window_bits);
}

#endif
