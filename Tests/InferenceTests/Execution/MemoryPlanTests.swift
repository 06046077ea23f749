import Inference
import Testing

struct MemoryPlanTests {
  /// x and sqrt(x) share one buffer in place with log; beside it lives the sum of one element.
  @Test func diamondNeedsTwoBuffers() throws {
    let executor = try Executor(try Networks.diamond(1024))
    #expect(executor.peakActivationBytes == 4096 + 64)
    let outputs = try executor.run([Tensor(shape: [1024], [Float](repeating: 1, count: 1024))])
    #expect(outputs[0].floatElements.allSatisfy { $0 == 1024 })
  }

  @Test(arguments: 0..<20)
  func buffersThatLiveTogetherDoNotOverlap(seed: UInt64) throws {
    let numbers = try Tensor.random(.int64, [120], seed: seed, limit: 5000).int64Elements.map(Int.init)
    let buffers = (0..<40).map { index in
      let first = numbers[3 * index] % 50
      return MemoryPlan.Buffer(
        byteCount: numbers[3 * index + 1], firstStep: first, lastStep: first + numbers[3 * index + 2] % 12)
    }
    let plan = MemoryPlan(buffers)
    for a in buffers.indices {
      #expect(plan.offsets[a] % MemoryPlan.alignment == 0)
      #expect(plan.offsets[a] + buffers[a].byteCount <= plan.byteCount)
      for b in buffers.indices.dropFirst(a + 1)
      where buffers[a].firstStep <= buffers[b].lastStep && buffers[b].firstStep <= buffers[a].lastStep {
        let apart =
          plan.offsets[a] + buffers[a].byteCount <= plan.offsets[b]
          || plan.offsets[b] + buffers[b].byteCount <= plan.offsets[a]
        #expect(apart)
      }
    }
    let busiest =
      (0..<62).map { step in
        buffers.reduce(0) { $0 + ($1.firstStep <= step && step <= $1.lastStep ? $1.byteCount : 0) }
      }.max() ?? 0
    #expect(plan.byteCount >= busiest)
    #expect(plan.byteCount <= 2 * busiest + 40 * 64)
  }

  @Test func chainNeedsTwoBuffers() {
    let chain = (0..<6).map { MemoryPlan.Buffer(byteCount: 640, firstStep: $0, lastStep: $0 + 1) }
    #expect(MemoryPlan(chain).byteCount == 1280)
    #expect(MemoryPlan([]).byteCount == 0)
  }

  /// More tensors than networks have are placed in time that does not grow with their square.
  @Test func manyBuffersTakeTurns() {
    let count = 100_000
    let chain = (0..<count).map { MemoryPlan.Buffer(byteCount: 64 * (1 + $0 % 2), firstStep: $0, lastStep: $0 + 1) }
    #expect(MemoryPlan(chain).byteCount <= 2 * (64 + 128))
    let fan = (0..<count).map { MemoryPlan.Buffer(byteCount: 1, firstStep: $0, lastStep: count) }
    let plan = MemoryPlan(fan)
    #expect(plan.byteCount == 64 * count && Set(plan.offsets).count == count)
    let mixed = (0..<5_000).map { index in
      MemoryPlan.Buffer(byteCount: index * 37 % 900, firstStep: index / 2, lastStep: index / 2 + index % 7)
    }
    let placed = MemoryPlan(mixed)
    for step in stride(from: 0, to: 2_500, by: 50) {
      let alive = mixed.indices.filter { mixed[$0].firstStep <= step && step <= mixed[$0].lastStep }
        .filter { mixed[$0].byteCount > 0 }.sorted { placed.offsets[$0] < placed.offsets[$1] }
      for (a, b) in zip(alive, alive.dropFirst()) {
        #expect(placed.offsets[a] + mixed[a].byteCount <= placed.offsets[b])
      }
    }
  }
}
