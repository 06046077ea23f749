import CKernels
import Foundation

extension Kernels {
  /// The operations a second of a product whose operands stay in the nearest cache, on this thread; some milliseconds.
  ///
  /// Minimal filtering and products of fewer multiplications may go beyond it.
  public func measuredPeak() -> Double {
    let (k, rounds) = (256, 400)
    let room = (tileRows + tileColumns) * k + tileRows * tileColumns + 3 * lanes
    return ScratchPool.shared.withFloats(room) { memory in
      memory.update(repeating: 1, count: room)
      let (a, b) = (memory, memory + tileRows * k)
      var product = ck_product()
      (product.k, product.rows, product.columns) = (k, tileRows, tileColumns)
      (product.a, product.b) = (UnsafePointer(a), UnsafePointer(b))
      (product.a_panel, product.b_panel) = (tileRows * k, tileColumns * k)
      (product.c, product.c_stride) = (b + tileColumns * k, tileColumns)
      var best = UInt64.max
      for _ in 0..<20 {
        let start = DispatchTime.now().uptimeNanoseconds
        for _ in 0..<rounds { table.pointee.multiply(&product) }
        best = min(best, max(1, DispatchTime.now().uptimeNanoseconds - start))
      }
      return Double(2 * tileRows * tileColumns * k * rounds) * 1e9 / Double(best)
    }
  }
}
