import CKernels

/// A convolution that gives every channel weights of its own.
struct DepthwiseConvolution: Sendable {
  private let geometry: ConvolutionGeometry
  private let weights: Tensor
  private let window: ck_window
  /// Whether vectors go across channels, as rows are too short to fill them; then `weights` is [groups, taps, lanes].
  private let isAcross: Bool

  /// Rows of at most this many outputs go across channels, if the vectors are that long.
  private static let shortRow = 8
  /// Floats of padded planes that stay in the nearest cache.
  private static let mostRoom = 1 << 13
  /// Planes that one call of a worker takes.
  private static let grain = 16

  init(_ geometry: ConvolutionGeometry, weights: Tensor, using context: ExecutionContext) {
    self.geometry = geometry
    window = ck_window(geometry.window)
    let (lanes, channels) = (context.kernels.lanes, geometry.outputChannels)
    isAcross =
      geometry.outputChannels == geometry.inputChannels && window.out_width <= Self.shortRow
      && lanes >= Self.shortRow && Self.room(window, lanes: lanes) <= Self.mostRoom
    guard isAcross else {
      self.weights = weights
      return
    }
    let area = geometry.window.kernel.reduce(1, *)
    self.weights = context.packed(weights, layout: [PackedForm.lanes.rawValue, channels, area]) { source in
      let packed = Tensor(zeros: .float32, shape: [context.kernels.rounded(channels) * area + lanes])
      PanelSource.along(source, stride: area)
        .pack(0..<channels, rows: 0..<area, width: lanes, into: packed.floats, using: context.kernels)
      return packed
    }
  }

  /// What one group of channels needs: padded planes and outputs, or `Int.max` where that overflows.
  private static func room(_ window: ck_window, lanes: Int) -> Int {
    let rows =
      (window.out_height - 1) * window.stride_y + (window.kernel_height - 1) * window.dilation_y + 1
    let columns =
      (window.out_width - 1) * window.stride_x + (window.kernel_width - 1) * window.dilation_x + 1
    let (padded, overflows) = rows.multipliedReportingOverflow(by: columns)
    let (elements, overflowsToo) =
      (padded.addingReportingOverflow(window.out_height * window.out_width + lanes))
    if overflows || overflowsToo || elements > mostRoom { return .max }
    return elements * lanes
  }

  func run(
    _ input: Tensor, residual: Tensor?, into output: Tensor, epilogue: FusedEpilogue,
    using context: ExecutionContext
  ) {
    if isAcross {
      runAcross(input, residual, output, epilogue, using: context)
      return
    }
    let multiplier = geometry.outputChannels / geometry.inputChannels
    let (plane, positions) = (geometry.window.input.reduce(1, *), geometry.positions)
    let area = geometry.window.kernel.reduce(1, *)
    let pad = PaddedPlane(window, context.kernels)
    context.parallelRanges(geometry.batch * geometry.inputChannels, grain: Self.grain) { range in
      pad.withRoom { room in
        for index in range {
          for copy in 0..<multiplier {
            let channel = index % geometry.inputChannels * multiplier + copy
            let offset = (index * multiplier + copy) * positions
            pad.reduce(
              CK_WINDOW_WEIGHTED, input.floats + index * plane, fill: 0,
              weights: weights.floats + channel * area,
              into: output.floats + offset,
              epilogue: epilogue.isEmpty
                ? nil
                : epilogue.arguments(
                  channel: channel, residual: residual.map { UnsafePointer($0.floats + offset) },
                  stride: 0),
              room: room)
          }
        }
      }
    }
  }

  private func runAcross(
    _ input: Tensor, _ residual: Tensor?, _ output: Tensor, _ epilogue: FusedEpilogue,
    using context: ExecutionContext
  ) {
    let (lanes, channels, positions) = (
      context.kernels.lanes, geometry.outputChannels, geometry.positions
    )
    let (plane, area) = (geometry.window.input.reduce(1, *), geometry.window.kernel.reduce(1, *))
    let groups = (channels + lanes - 1) / lanes
    context.parallelRanges(geometry.batch * groups, grain: max(1, Self.grain / lanes)) { range in
      ScratchPool.shared.withFloats(Self.room(window, lanes: lanes)) { room in
        for index in range {
          let (sample, group) = index.quotientAndRemainder(dividingBy: groups)
          let first = group * lanes
          let channel = sample * channels + first
          var window = window
          let count = min(lanes, channels - first)
          let (source, target) = (
            input.floats + channel * plane, output.floats + channel * positions
          )
          let table = context.kernels.table
          if epilogue.isEmpty {
            table.pointee.depthwise_group(
              &window, source, count, weights.floats + first * area, room, target, nil)
            continue
          }
          var arguments = epilogue.arguments(
            channel: first,
            residual: residual.map { UnsafePointer($0.floats + channel * positions) },
            stride: positions)
          table.pointee.depthwise_group(
            &window, source, count, weights.floats + first * area, room, target, &arguments)
        }
      }
    }
  }
}
