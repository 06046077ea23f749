import CKernels

/// The kernel of Conv: the weights packed once, the windows unrolled panel by panel on the way into the product.
struct ConvolutionKernel: PreparedKernel {
  private enum Method {
    /// Weights [M / group, K] times unrolled windows [K, positions].
    case product(weights: Tensor)
    /// Unrolled windows, turned, times weights; where positions fill vectors badly and channels well.
    case turnedProduct(weights: Tensor)
    case depthwise(DepthwiseConvolution)
    case winograd(WinogradConvolution)
    case direct(DirectConvolution)
    /// Three spatial dimensions.
    case plain(weights: Tensor)
  }

  private let geometry: ConvolutionGeometry
  private let window: ck_window
  private let method: Method
  private let epilogue: FusedEpilogue
  /// Floats of one group's packed weights.
  private let groupStride: Int

  /// Throws `ShapeError` where the epilogue's parameters do not fit the channels.
  init(
    _ geometry: ConvolutionGeometry, weights: Tensor, bias: Tensor?, epilogue: Epilogue,
    using context: ExecutionContext
  ) throws {
    self.geometry = geometry
    window = geometry.window.rank <= 2 ? ck_window(geometry.window) : ck_window()
    self.epilogue = try FusedEpilogue(epilogue, bias: bias, channels: geometry.outputChannels, isPerColumn: false)
    guard geometry.window.rank <= 2 else {
      (method, groupStride) = (.plain(weights: weights), 0)
      return
    }
    if geometry.isDepthwise {
      (method, groupStride) = (.depthwise(DepthwiseConvolution(geometry, weights: weights, using: context)), 0)
      return
    }
    if let edge = WinogradConvolution.edge(for: geometry, context.kernels) {
      method = .winograd(WinogradConvolution(geometry, edge: edge, weights: weights, using: context))
      groupStride = 0
      return
    }
    if DirectConvolution.suits(geometry, context.kernels) {
      (method, groupStride) = (.direct(DirectConvolution(geometry, weights: weights, using: context)), 0)
      return
    }
    let kernels = context.kernels
    let (channels, depth) = (geometry.outputChannels / geometry.group, geometry.depth)
    let isTurned = Self.isTurned(channels: channels, positions: geometry.positions, kernels)
    let width = isTurned ? kernels.tileColumns : kernels.tileRows
    let stride = (channels + width - 1) / width * width * depth
    let layout = [PackedForm.groupPanels.rawValue, geometry.group, channels, depth, width]
    let packed = context.packed(weights, layout: layout) { source in
      let packed = Tensor(zeros: .float32, shape: [stride * geometry.group + kernels.lanes])
      for group in 0..<geometry.group {
        PanelSource.along(source + group * channels * depth, stride: depth)
          .pack(0..<channels, rows: 0..<depth, width: width, into: packed.floats + group * stride, using: kernels)
      }
      return packed
    }
    (method, groupStride) = (isTurned ? .turnedProduct(weights: packed) : .product(weights: packed), stride)
  }

  func run(_ inputs: [Tensor?], residual: Tensor?, into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0, "X"), try outputs.required(0, "Y"))
    if epilogue.addsResidual, residual?.shape != output.shape { throw ShapeError("residual of another shape") }
    guard output.elementCount > 0 else { return }
    switch method {
    case .product(let weights): multiply(input, weights, residual, output, isTurned: false, using: context)
    case .turnedProduct(let weights): multiply(input, weights, residual, output, isTurned: true, using: context)
    case .depthwise(let convolution):
      convolution.run(input, residual: residual, into: output, epilogue: epilogue, using: context)
    case .winograd(let convolution):
      convolution.run(input, residual: residual, into: output, epilogue: epilogue, using: context)
    case .direct(let convolution):
      convolution.run(input, residual: residual, into: output, epilogue: epilogue, using: context)
    case .plain(let weights):
      PlainConvolution(geometry: geometry).run(input, weights, into: output, using: context)
      finish(output, residual, using: context)
    }
  }

  /// Whether more of each vector is used with channels across than with positions across.
  private static func isTurned(channels: Int, positions: Int, _ kernels: Kernels) -> Bool {
    func padded(_ count: Int) -> Double { Double((count + kernels.lanes - 1) / kernels.lanes * kernels.lanes) }
    let straight = Double(channels) * padded(positions)
    return Double(positions) * padded(channels) < 0.92 * straight && positions < 512
  }

  private func multiply(
    _ input: Tensor, _ weights: Tensor, _ residual: Tensor?, _ output: Tensor, isTurned: Bool,
    using context: ExecutionContext
  ) {
    let (group, positions, depth) = (geometry.group, geometry.positions, geometry.depth)
    let (channels, inputChannels) = (geometry.outputChannels / group, geometry.inputChannels / group)
    let plane = geometry.window.input.reduce(1, *)
    BlockedProduct.run(geometry.batch * group, using: context) { index in
      let planes = UnsafePointer(input.floats + index * inputChannels * plane)
      let windows: PanelSource =
        geometry.isPointwise ? .across(planes, stride: plane) : .windows(window, planes)
      let packed = PanelSource.packed(weights.floats + index % group * groupStride)
      let offset = index * channels * positions
      return BlockedProduct(
        m: isTurned ? positions : channels, n: isTurned ? channels : positions, k: depth,
        left: isTurned ? windows : packed, right: isTurned ? packed : windows, target: output.floats + offset,
        targetStride: positions, isTransposed: isTurned, epilogue: epilogue, firstChannel: index % group * channels,
        residual: residual.map { UnsafePointer($0.floats + offset) })
    }
  }

  /// The epilogue as a pass of its own.
  private func finish(_ output: Tensor, _ residual: Tensor?, using context: ExecutionContext) {
    if epilogue.isEmpty { return }
    for sample in 0..<geometry.batch {
      let offset = sample * geometry.outputChannels * geometry.positions
      var arguments = epilogue.arguments(
        channel: 0, residual: residual.map { UnsafePointer($0.floats + offset) }, stride: geometry.positions)
      context.kernels.table.pointee.finish(
        output.floats + offset, geometry.positions, geometry.outputChannels, geometry.positions, &arguments)
    }
  }
}

extension ConvolutionGeometry {
  /// Output positions of one channel.
  var positions: Int { window.output.reduce(1, *) }
  /// Elements of one window over all channels of a group.
  var depth: Int { inputChannels / group * window.kernel.reduce(1, *) }
  /// Whether the unrolled windows are the input itself.
  var isPointwise: Bool {
    window.kernel.allSatisfy { $0 == 1 } && window.strides.allSatisfy { $0 == 1 } && window.input == window.output
  }
}

extension ck_window {
  /// A window of one or two spatial dimensions.
  init(_ placed: PlacedWindow) {
    let window = placed.expanded(to: 2)
    self.init(
      in_height: window.input[0], in_width: window.input[1], out_height: window.output[0],
      out_width: window.output[1], kernel_height: window.kernel[0], kernel_width: window.kernel[1],
      stride_y: window.strides[0], stride_x: window.strides[1], dilation_y: window.dilations[0],
      dilation_x: window.dilations[1], pad_top: window.padsBefore[0], pad_left: window.padsBefore[1])
  }
}
