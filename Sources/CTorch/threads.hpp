// SPDX-License-Identifier: Apache-2.0
//
// The threads that the loops of this folder run on.
#pragma once
#include <system_error>
#include <thread>
#include <vector>

#if defined(__linux__) && !defined(CT_PLAIN_THREADS)
// libgomp's entry points: its threads are the ones that libtorch already keeps. Weak: absent
// without libgomp.
extern "C" {
__attribute__((weak)) void GOMP_parallel(void (*body)(void *), void *data, unsigned threads,
                                         unsigned flags);
__attribute__((weak)) int omp_get_thread_num(void);
__attribute__((weak)) int omp_get_num_threads(void);
}
#define CT_GOMP 1
#endif

namespace ct {

// Calls body(part) for every part in 0 ..< parts, on as many threads. Which thread takes a part
// never matters.
template <class Body> void inParallel(int parts, const Body &body) {
  if (parts <= 1) {
    body(0);
    return;
  }
#ifdef CT_GOMP
  if (GOMP_parallel && omp_get_thread_num && omp_get_num_threads) {
    struct Job {
      const Body &body;
      int parts;
    } job{body, parts};
    GOMP_parallel(
        [](void *data) {
          const Job &job = *static_cast<Job *>(data);
          for (int part = omp_get_thread_num(); part < job.parts; part += omp_get_num_threads())
            job.body(part);
        },
        &job, unsigned(parts), 0);
    return;
  }
#endif
  std::vector<std::thread> others;
  others.reserve(size_t(parts));
  int next = 1;
  try {
    for (; next < parts; next++) others.emplace_back([&body, next] { body(next); });
  } catch (const std::system_error &) {  // no more threads: the caller's does the rest
  }
  body(0);
  for (; next < parts; next++) body(next);
  for (std::thread &thread : others) thread.join();
}

}  // namespace ct
