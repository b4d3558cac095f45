// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import Synchronization
import Testing
import Torch

@Suite struct ComputeTests {
  @Test func measuringKeepsThePrecision() {
    #expect(Compute.measured(.float32, on: .cpu).precision == .float32)
    #expect(Compute.measured(.bfloat16, on: .cpu).precision == .bfloat16)
    #expect(Compute.measured(.float32, on: .cuda(0)) == .plain)
    #expect(Compute(.bfloat16, path: .fused).inFloat32 == Compute(path: .fused))
  }

  @Test func survivesJSON() throws {
    let compute = Compute(.bfloat16, path: .fused)
    let data = try JSONEncoder().encode(compute)
    #expect(try JSONDecoder().decode(Compute.self, from: data) == compute)
  }

  /// oneDNN multiplies bfloat16 only with AVX-512; a processor without takes the other path.
  @Test func mixedPrecisionWorksOnAnyProcessor() async {
    await #expect(processExitsWith: .success) {
      setenv("ONEDNN_MAX_CPU_ISA", "AVX2", 1)
      _ = Compute.measured(.bfloat16, on: .cpu)
      let layer = Linear(
        4, 3, activation: .relu, compute: Compute(.bfloat16, path: .fused),
        using: Generator(seed: 1))
      let x = Tensor(repeating: 1, shape: [2, 4])
      let slopes = gradients(of: layer(x).to(.float32).sum(), by: [layer.bias])[0]
      exit(slopes.max().item == 2 ? EXIT_SUCCESS : EXIT_FAILURE)
    }
  }

  @Test func threadsAreSetForTheProcess() async {
    await #expect(processExitsWith: .success) {
      // What one thread does for itself is not the others' business.
      Threads.use(3)
      Threads.withOne {
        precondition(Threads.count == 1)
        Threads.with(2) { precondition(Threads.count == 2) }
        precondition(Threads.count == 1)
        let (fresh, done) = (FreshThread(), DispatchSemaphore(value: 0))
        fresh.count { done.signal() }
        done.wait()
        precondition(fresh.found.withLock { $0 } == 3)
      }
      precondition(Threads.count == 3)
      // What one sets, another takes over with its next fit.
      let (early, late) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
      let thread = FreshThread()
      thread.count(thenWait: late) { early.signal() }
      early.wait()
      Threads.use(4)
      late.signal()
      early.wait()
      precondition(thread.found.withLock { $0 } == 4)
      Threads.use(1)
      precondition(Threads.count == 1)
      Threads.use(2)
      precondition(Threads.count == 2)
    }
    await #expect(processExitsWith: .failure) { Threads.use(0) }
  }

  @Test func knowsItsLibtorch() { #expect(libtorchVersion.hasPrefix("2.11.")) }
}

/// A thread that has computed nothing yet, and what it finds.
private final class FreshThread: Sendable {
  let found = Mutex(0)

  /// Looks at the number of threads; once more after the wait, when it has adopted what others set.
  func count(
    thenWait gate: DispatchSemaphore? = nil, _ told: @escaping @Sendable () -> Void
  ) {
    Thread.detachNewThread {
      self.found.withLock { $0 = Threads.count }
      told()
      guard let gate else { return }
      gate.wait()
      precondition(Threads.count == 3, "a thread keeps its number until it adopts another")
      Threads.adopt()
      self.found.withLock { $0 = Threads.count }
      told()
    }
  }
}
