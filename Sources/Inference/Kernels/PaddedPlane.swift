import CKernels

/// A copy of one plane with its padding, for kernels that slide a window over it without looking at the borders.
struct PaddedPlane: Sendable {
  private let window: ck_window
  private let kernels: Kernels
  private let stride: Int
  private let rows: Int

  init(_ window: ck_window, _ kernels: Kernels) {
    self.window = window
    self.kernels = kernels
    // The last vector of a row reads on past the last output position.
    let width = (window.out_width + kernels.lanes - 1) / kernels.lanes * kernels.lanes
    stride = width * window.stride_x + (window.kernel_width - 1) * window.dilation_x
    rows = (window.out_height - 1) * window.stride_y + (window.kernel_height - 1) * window.dilation_y + 1
  }

  /// Lends the padded copy of a plane.
  func withPlane(
    _ plane: UnsafePointer<Float>, fill: Float, _ body: (UnsafePointer<Float>) -> Void
  ) {
    ScratchPool.shared.withFloats(stride * rows + 2 * kernels.lanes) { padded in
      var window = window
      kernels.table.pointee.pad_plane(&window, plane, fill, padded, stride, rows)
      body(padded)
    }
  }

  /// Reduces every window of a padded plane to one element.
  func reduce(
    _ reduction: ck_reduction, _ padded: UnsafePointer<Float>, weights: UnsafePointer<Float>?,
    into output: UnsafeMutablePointer<Float>, epilogue: ck_epilogue?
  ) {
    var window = window
    if var epilogue {
      kernels.table.pointee.reduce_window(&window, reduction, padded, stride, weights, output, &epilogue)
    } else {
      kernels.table.pointee.reduce_window(&window, reduction, padded, stride, weights, output, nil)
    }
  }
}
