import CKernels

/// A convolution that reads its inputs where they lie: tiles of neighbouring positions times panels of weights.
///
/// Each output is one chain over channels and window, as in the product of unrolled windows, but nothing is unrolled.
struct DirectConvolution: Sendable {
  private let geometry: ConvolutionGeometry
  /// Weights in panels of output channels.
  private let panels: Tensor
  /// Where each element of the window lies, from the window's first.
  private let offsets: Tensor
  private let planes: Planes

  /// The input planes with their padding, or the input itself where no window leaves it.
  private struct Planes: Sendable {
    let window: ck_window
    let isInput: Bool
    let stride: Int
    let rows: Int
    /// Elements from one plane to the next.
    let size: Int

    init(_ geometry: ConvolutionGeometry, lanes: Int) {
      window = ck_window(geometry.window)
      let width = (window.out_width - 1) * window.stride_x + (window.kernel_width - 1) * window.dilation_x + 1
      let height = (window.out_height - 1) * window.stride_y + (window.kernel_height - 1) * window.dilation_y + 1
      isInput = window.pad_top == 0 && window.pad_left == 0 && width <= window.in_width && height <= window.in_height
      stride = isInput ? window.in_width : width
      rows = isInput ? window.in_height : height
      // A row of a copy is written in whole vectors, the last of which may reach past the plane.
      size = isInput ? stride * rows : stride * rows + lanes
    }
  }

  /// With a longer window, a panel of weights would not stay in the second cache.
  private static let mostDepth = 5_000

  /// Whether this takes less time than packing the windows: it does unless rows or channels fill the tiles badly.
  static func suits(_ geometry: ConvolutionGeometry, _ kernels: Kernels) -> Bool {
    let planes = Planes(geometry, lanes: kernels.lanes)
    let (last, overflows) = planes.size.multipliedReportingOverflow(by: geometry.inputChannels)
    guard geometry.window.rank <= 2, geometry.group == 1, geometry.depth <= mostDepth, !overflows,
      last <= Int32.max / 2
    else { return false }
    let width = planes.window.out_width
    let tiles = (width + kernels.tileRows - 1) / kernels.tileRows
    guard 2 * width >= tiles * kernels.tileRows else { return false }
    // Vector operations for each element of the window.
    let lanes = Double(kernels.lanes)
    let positions = Double(geometry.positions)
    let direct = positions * Double(kernels.rounded(geometry.outputChannels)) / lanes
    let product = Double(geometry.outputChannels * kernels.rounded(geometry.positions)) / lanes
    if geometry.isPointwise { return direct < 0.96 * product && geometry.positions < 512 }
    return direct < product + 6 * positions / min(Double(width), lanes)
  }

  init(_ geometry: ConvolutionGeometry, weights: Tensor, using context: ExecutionContext) {
    self.geometry = geometry
    let planes = Planes(geometry, lanes: context.kernels.lanes)
    self.planes = planes
    panels = RowProduct.panels(weights, columns: geometry.outputChannels, k: geometry.depth, using: context)
    let window = planes.window
    offsets = Tensor(
      .int32, shape: [geometry.depth],
      elements: (0..<geometry.inputChannels).flatMap { channel in
        (0..<window.kernel_height).flatMap { y in
          (0..<window.kernel_width).map { x in
            Int32(channel * planes.size + y * window.dilation_y * planes.stride + x * window.dilation_x)
          }
        }
      })
  }

  func run(
    _ input: Tensor, residual: Tensor?, into output: Tensor, epilogue: FusedEpilogue, using context: ExecutionContext
  ) {
    let plane = geometry.window.input.reduce(1, *)
    let channels = geometry.inputChannels
    for sample in 0..<geometry.batch {
      let source = SendablePointer(input.floats + sample * channels * plane)
      if planes.isInput {
        convolve(source.pointer, sample, residual, output, epilogue, using: context)
        continue
      }
      ScratchPool.shared.withFloats(channels * planes.size + context.kernels.lanes) { memory in
        let copies = SendablePointer(memory)
        let grain = max(1, (1 << 14) / planes.size)
        context.parallelRanges(channels, grain: grain) { range in
          var window = planes.window
          for channel in range {
            context.kernels.table.pointee.pad_plane(
              &window, source.pointer + channel * plane, 0, copies.pointer + channel * planes.size, planes.stride,
              planes.rows)
          }
        }
        convolve(copies.pointer, sample, residual, output, epilogue, using: context)
      }
    }
  }

  /// Convolves one sample in bands of rows: thick ones where the weights are too many to be read for each row.
  private func convolve(
    _ source: UnsafePointer<Float>, _ sample: Int, _ residual: Tensor?, _ output: Tensor, _ epilogue: FusedEpilogue,
    using context: ExecutionContext
  ) {
    let (window, channels, positions) = (planes.window, geometry.outputChannels, geometry.positions)
    let row = window.out_width * context.kernels.rounded(channels)
    var rows = max(1, min(window.out_height, (panels.elementCount <= 1 << 15 ? 1 << 13 : 1 << 17) / row))
    if context.threads > 1 { rows = min(rows, (window.out_height + 2 * context.threads - 1) / (2 * context.threads)) }
    let band = rows
    let offset = sample * channels * positions
    let direct = ck_direct(
      planes: source, offsets: UnsafePointer(offsets.pointer(as: Int32.self)), k: geometry.depth,
      row_step: window.stride_y * planes.stride, column_step: window.stride_x, panels: UnsafePointer(panels.floats),
      channels: channels, out: output.floats + offset, out_width: window.out_width, out_plane: positions,
      epilogue: nil)
    let addend = residual.map { SendablePointer($0.floats + offset) }
    let task = DirectTask(direct: direct)
    context.parallel((window.out_height + band - 1) / band) { index in
      let (first, last) = (index * band, min(window.out_height, (index + 1) * band))
      var direct = task.direct
      ScratchPool.shared.withFloats((last - first) * row) { room in
        if epilogue.isEmpty {
          context.kernels.table.pointee.convolve_rows(&direct, first, last, room)
          return
        }
        var arguments = epilogue.arguments(
          channel: 0, residual: addend.map { UnsafePointer($0.pointer) }, stride: positions)
        withUnsafePointer(to: &arguments) { pointer in
          direct.epilogue = pointer
          context.kernels.table.pointee.convolve_rows(&direct, first, last, room)
        }
      }
    }
  }
}

/// What all bands of a convolution share.
private struct DirectTask: @unchecked Sendable {  // the pointers are only used while the caller waits
  let direct: ck_direct
}
