import CKernels

/// Slides a window over planes, in bands of rows that are copied with their padding, so that no border is looked at.
struct PaddedPlane: Sendable {
  private let window: ck_window
  private let kernels: Kernels
  private let stride: Int
  /// Output rows of a band.
  private let bandRows: Int

  /// Floats of a band that stay in the nearest cache.
  private static let mostInBand = 1 << 12

  init(_ window: ck_window, _ kernels: Kernels) {
    self.window = window
    self.kernels = kernels
    // The last vector of a row reads on past the last output position.
    let width = (window.out_width + kernels.lanes - 1) / kernels.lanes * kernels.lanes
    stride = width * window.stride_x + (window.kernel_width - 1) * window.dilation_x
    let overlap = (window.kernel_height - 1) * window.dilation_y + 1
    let fitting = max(1, (Self.mostInBand / stride - overlap) / window.stride_y + 1)
    // The kernels take four or seven rows at a time.
    let unit = fitting >= 28 ? 28 : 4
    bandRows = min(window.out_height, max(unit, fitting / unit * unit))
  }

  private func inputRows(_ outputRows: Int) -> Int {
    (outputRows - 1) * window.stride_y + (window.kernel_height - 1) * window.dilation_y + 1
  }

  /// Lends room for a band.
  func withRoom(_ body: (UnsafeMutablePointer<Float>) -> Void) {
    ScratchPool.shared.withFloats(stride * inputRows(bandRows) + 2 * kernels.lanes, body)
  }

  /// Reduces every window of a plane to one element; outside the plane there is `fill`.
  func reduce(
    _ reduction: ck_reduction, _ plane: UnsafePointer<Float>, fill: Float,
    weights: UnsafePointer<Float>?,
    into output: UnsafeMutablePointer<Float>, epilogue: ck_epilogue?,
    room: UnsafeMutablePointer<Float>
  ) {
    for first in Swift.stride(from: 0, to: window.out_height, by: bandRows) {
      var band = window
      band.out_height = min(bandRows, window.out_height - first)
      band.pad_top -= first * window.stride_y
      kernels.table.pointee.pad_plane(&band, plane, fill, room, stride, inputRows(band.out_height))
      let target = output + first * window.out_width
      guard var epilogue else {
        kernels.table.pointee.reduce_window(&band, reduction, room, stride, weights, target, nil)
        continue
      }
      if let residual = epilogue.residual {
        epilogue.residual = residual + first * window.out_width
      }
      kernels.table.pointee.reduce_window(
        &band, reduction, room, stride, weights, target, &epilogue)
    }
  }
}
