import CKernels

/// A convolution of 8-bit integers with packed weights, over tensors with channels last.
///
/// Windows are read where they lie; only where one reaches into the padding, or where the kernels want another type of
/// elements, the input is copied first. Tensors with channels first are turned before and after.
struct IntegerConvolution: Sendable {
  private let geometry: ConvolutionGeometry
  private let isStaged: Bool
  private let inputType: ElementType
  private let method: Method
  /// The sizes of the input as it is read: with its padding where it is copied.
  private let extent: [Int]

  private enum Method: Sendable {
    /// The weights of each group.
    case dots(IntegerDots, [IntegerPanels])
    case depthwise(IntegerDepthwise)
  }

  /// What is done to the sums, for a certain zero point of the input.
  struct Parameters: Sendable {
    fileprivate let zeroPoint: Int
    fileprivate let groups: [IntegerParameters]
    fileprivate let isBytes: Bool
  }

  /// Packs weights [M, C / group, kernel...]; `zeroPoints` are one for all channels or one for each.
  ///
  /// Throws `ExecutionError` where the padded input does not fit into memory.
  init(
    _ geometry: ConvolutionGeometry, weights: Tensor, zeroPoints: [Int], inputType: ElementType,
    storesSums: Bool = false, using context: ExecutionContext
  ) throws {
    self.geometry = geometry
    self.inputType = inputType
    let channels = geometry.outputChannels
    let zeros = zeroPoints.count == 1 ? [Int](repeating: zeroPoints[0], count: channels) : zeroPoints
    let isBytes = IntegerPanels.areBytes(weights, zeroPoints: zeros, context.kernels)
    if let depthwise = IntegerDepthwise(
      geometry, weights: weights, zeroPoints: zeros, isBytes: isBytes && !storesSums, using: context)
    {
      (method, isStaged, extent) = (.depthwise(depthwise), false, geometry.window.input)
      return
    }
    let window = geometry.window.expanded(to: 3)
    let (inputs, element, step) = (geometry.inputChannels, isBytes ? 1 : 2, isBytes ? 4 : 2)
    let groupInputs = inputs / geometry.group
    // Pixels of a window that lie side by side are one run.
    let isMerged = geometry.group == 1 && window.dilations[2] == 1
    let width = isMerged ? window.kernel[2] : 1
    let elements = groupInputs * width
    let runLength = (elements + step - 1) / step * step
    let reach = (0..<3).map { axis -> Int in
      let last = (window.output[axis] - 1) * window.strides[axis]
      return last + (window.kernel[axis] - 1) * window.dilations[axis] + 1
    }
    let leaves = (0..<3).contains { window.padsBefore[$0] > 0 || reach[$0] > window.input[$0] }
    isStaged = leaves || !isBytes || inputType != .uint8 || runLength != elements
    extent = leaves ? reach : window.input
    try MemoryLimit.check(
      Extent.saturatingProduct(Extent.saturatingProduct(extent[0], extent[1]), extent[2], inputs * element),
      for: "the padded input of a convolution")

    let pixel = inputs * element
    let (rows, planes) = (extent[2] * pixel, extent[1] * extent[2] * pixel)
    let taps = window.kernel.reduce(1, *)
    var (runs, order): ([Int], [Int]) = ([], [])
    for kz in 0..<window.kernel[0] {
      for ky in 0..<window.kernel[1] {
        for kx in stride(from: 0, to: window.kernel[2], by: width) {
          let line = kz * window.dilations[0] * planes + ky * window.dilations[1] * rows
          runs.append(line + kx * window.dilations[2] * pixel)
          let tap = (kz * window.kernel[1] + ky) * window.kernel[2] + kx
          for index in 0..<elements { order.append(index % groupInputs * taps + tap + index / groupInputs) }
          for _ in elements..<runLength { order.append(-1) }
        }
      }
    }
    var lines: [Int] = []
    let isOneLine = geometry.isPointwise
    if isOneLine {
      lines = [0]
    } else {
      for z in 0..<window.output[0] {
        let plane = z * window.strides[0] * planes
        for y in 0..<window.output[1] { lines.append(plane + y * window.strides[1] * rows) }
      }
    }
    let positions = geometry.positions
    let dots = IntegerDots(
      lines: lines, lineLength: isOneLine ? max(1, positions) : window.output[2],
      columnStep: window.strides[2] * pixel, runs: runs, runBytes: runLength * element, positions: positions)
    let groupChannels = channels / geometry.group
    let panels = (0..<geometry.group).map { group in
      let first = group * groupChannels
      return IntegerPanels(
        IntegerPanels.Source(
          weights: weights, first: first * geometry.depth, channelStride: geometry.depth, order: order,
          zeroPoints: Array(zeros[first..<first + groupChannels]),
          layout: [groupChannels, width, runLength] + window.kernel),
        channels: groupChannels, isBytes: isBytes, using: context)
    }
    method = .dots(dots, panels)
  }

  /// The parameters for inputs of that zero point; without requantisation the sums are the results.
  func parameters(zeroPoint: Int, _ requantization: Requantization?) -> Parameters {
    switch method {
    case .depthwise(let depthwise):
      return Parameters(
        zeroPoint: zeroPoint, groups: [depthwise.parameters(zeroPoint: zeroPoint, inputType, requantization)],
        isBytes: depthwise.isBytes)
    case .dots(_, let panels):
      let isBytes = panels.first?.isBytes ?? false
      let staged = isBytes ? (inputType == .int8 ? zeroPoint + 128 : zeroPoint) : 0
      return Parameters(
        zeroPoint: zeroPoint,
        groups: panels.enumerated().map { group, panels in
          panels.parameters(zeroPoint: staged, requantization, firstChannel: group * panels.channels)
        }, isBytes: isBytes)
    }
  }

  /// Convolves [N, C, spatial...], or [N, spatial..., C] with `isChannelsLast`, into a tensor of bytes or of sums.
  func run(
    _ input: Tensor, _ parameters: Parameters, isChannelsLast: Bool, into output: Tensor,
    using context: ExecutionContext
  ) {
    guard output.elementCount > 0 else { return }
    let (plane, positions) = (geometry.window.input.reduce(1, *), geometry.positions)
    let (inputs, channels) = (geometry.inputChannels, geometry.outputChannels)
    let width = output.elementType.byteCount
    let kernels = context.kernels.integers
    for sample in 0..<geometry.batch {
      let source = UnsafePointer(input.bytes.assumingMemoryBound(to: UInt8.self)) + sample * inputs * plane
      let target = output.bytes + sample * channels * positions * width
      if isChannelsLast || (inputs == 1 || plane == 1) && (channels == 1 || positions == 1) {
        convolve(source, parameters, into: target, using: context)
        continue
      }
      ScratchPool.shared.withBytes(inputs * plane) { turned in
        kernels.pointee.transpose_bytes(source, inputs, plane, turned)
        ScratchPool.shared.withBytes(channels * positions * width) { results in
          convolve(turned, parameters, into: results, using: context)
          if width == 1 {
            kernels.pointee.transpose_bytes(results, positions, channels, target.assumingMemoryBound(to: UInt8.self))
          } else {
            results.withMemoryRebound(to: Int32.self, capacity: channels * positions) {
              kernels.pointee.transpose_sums($0, positions, channels, target.assumingMemoryBound(to: Int32.self))
            }
          }
        }
      }
    }
  }

  /// One sample with channels last.
  private func convolve(
    _ source: UnsafePointer<UInt8>, _ parameters: Parameters, into target: UnsafeMutableRawPointer,
    using context: ExecutionContext
  ) {
    let staging = IntegerStaging(
      inputType, zeroPoint: parameters.zeroPoint, isBytes: parameters.isBytes, context.kernels)
    switch method {
    case .depthwise(let depthwise):
      depthwise.run(source, staging, parameters.groups[0], into: target, using: context)
    case .dots(let dots, let panels):
      guard isStaged else {
        multiply(source, dots, panels, parameters, into: target, using: context)
        return
      }
      let size = extent.reduce(1, *) * geometry.inputChannels * staging.elementBytes
      ScratchPool.shared.withBytes(size) { staged in
        stage(source, staging, to: staged, using: context)
        multiply(staged, dots, panels, parameters, into: target, using: context)
      }
    }
  }

  private func multiply(
    _ source: UnsafePointer<UInt8>, _ dots: IntegerDots, _ panels: [IntegerPanels], _ parameters: Parameters,
    into target: UnsafeMutableRawPointer, using context: ExecutionContext
  ) {
    let groupInputs = geometry.inputChannels / geometry.group * (parameters.isBytes ? 1 : 2)
    for (group, weights) in panels.enumerated() {
      let width = parameters.groups[group].factors == nil ? 4 : 1
      dots.run(
        source + group * groupInputs, weights, parameters.groups[group],
        into: target + group * weights.channels * width, step: geometry.outputChannels, using: context)
    }
  }

  /// Copies a sample with its padding.
  private func stage(
    _ source: UnsafePointer<UInt8>, _ staging: IntegerStaging, to target: UnsafeMutablePointer<UInt8>,
    using context: ExecutionContext
  ) {
    let window = geometry.window.expanded(to: 3)
    let (channels, extent) = (geometry.inputChannels, extent)
    let row = extent[2] * channels
    nonisolated(unsafe) let (from, to) = (source, target)
    context.parallelRanges(extent[0] * extent[1], grain: max(1, (1 << 14) / max(1, row))) { range in
      for line in range {
        let start = to + line * row * staging.elementBytes
        let (z, y) = (line / extent[1] - window.padsBefore[0], line % extent[1] - window.padsBefore[1])
        guard z >= 0, z < window.input[0], y >= 0, y < window.input[1] else {
          staging.fill(start, count: row)
          continue
        }
        let before = min(extent[2], window.padsBefore[2])
        let inside = min(window.input[2], extent[2] - before)
        staging.fill(start, count: before * channels)
        staging.copy(
          from + (z * window.input[1] + y) * window.input[2] * channels, count: inside * channels,
          to: start + before * channels * staging.elementBytes)
        staging.fill(
          start + (before + inside) * channels * staging.elementBytes,
          count: (extent[2] - before - inside) * channels)
      }
    }
  }
}
