import Inference
import Synchronization
import Testing

struct ParallelTests {
  @Test(arguments: [1, 2, 3, 8], [0, 1, 2, 7, 1000])
  func callsEachIndexOnce(threads: Int, count: Int) {
    let sum = Atomic<Int>(0)
    let calls = Atomic<Int>(0)
    for _ in 0..<20 {
      ExecutionContext(threads: threads).parallel(count) { index in
        sum.add(index, ordering: .relaxed)
        calls.add(1, ordering: .relaxed)
      }
    }
    #expect(calls.load(ordering: .relaxed) == 20 * count)
    #expect(sum.load(ordering: .relaxed) == 20 * count * (count - 1) / 2)
  }

  @Test func nestedLoopsRun() {
    let calls = Atomic<Int>(0)
    let context = ExecutionContext(threads: 3)
    context.parallel(10) { _ in context.parallel(10) { _ in calls.add(1, ordering: .relaxed) } }
    #expect(calls.load(ordering: .relaxed) == 100)
  }

  @Test func rangesCoverEverything() {
    let covered = Atomic<Int>(0)
    ExecutionContext(threads: 2).parallelRanges(1001, grain: 100) { covered.add($0.count, ordering: .relaxed) }
    #expect(covered.load(ordering: .relaxed) == 1001)
  }
}
