/// Convolution over any number of spatial dimensions, element by element.
struct PlainConvolution {
  let geometry: ConvolutionGeometry

  /// Writes the sums without bias.
  func run(_ input: Tensor, _ weights: Tensor, into output: Tensor, using context: ExecutionContext) {
    let window = geometry.window.expanded(to: 3)
    let (inputPlane, positions) = (window.input.reduce(1, *), window.output.reduce(1, *))
    let area = window.kernel.reduce(1, *)
    let channels = geometry.inputChannels / geometry.group
    let perGroup = geometry.outputChannels / geometry.group
    context.parallel(geometry.batch * geometry.outputChannels) { index in
      let (sample, channel) = index.quotientAndRemainder(dividingBy: geometry.outputChannels)
      let planes = input.floats + (sample * geometry.inputChannels + channel / perGroup * channels) * inputPlane
      let kernel = weights.floats + channel * channels * area
      for position in 0..<positions {
        var total: Float = 0
        window.forEachTap(at: position) { tap, source in
          for plane in 0..<channels { total += kernel[plane * area + tap] * planes[plane * inputPlane + source] }
        }
        output.floats[index * positions + position] = total
      }
    }
  }
}

extension PlacedWindow {
  /// Calls `body(tap, source)` for each kernel element that lies inside the input at an output position; for three
  /// dimensions.
  func forEachTap(at position: Int, _ body: (Int, Int) -> Void) {
    let at = [
      position / (output[1] * output[2]), position / output[2] % output[1], position % output[2],
    ]
    for z in 0..<kernel[0] {
      let sourceZ = at[0] * strides[0] - padsBefore[0] + z * dilations[0]
      guard sourceZ >= 0, sourceZ < input[0] else { continue }
      for y in 0..<kernel[1] {
        let sourceY = at[1] * strides[1] - padsBefore[1] + y * dilations[1]
        guard sourceY >= 0, sourceY < input[1] else { continue }
        for x in 0..<kernel[2] {
          let sourceX = at[2] * strides[2] - padsBefore[2] + x * dilations[2]
          guard sourceX >= 0, sourceX < input[2] else { continue }
          body((z * kernel[1] + y) * kernel[2] + x, (sourceZ * input[1] + sourceY) * input[2] + sourceX)
        }
      }
    }
  }
}
