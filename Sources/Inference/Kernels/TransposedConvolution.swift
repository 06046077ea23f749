import CKernels

/// The kernel of ConvTranspose: one product gives every input element's contributions, which are then added up.
struct TransposedConvolution {
  /// `window.input` is the operator's output, `window.output` its input.
  struct Geometry: Sendable {
    let batch: Int
    let group: Int
    let inputChannels: Int
    let outputChannels: Int
    let window: PlacedWindow
  }

  let geometry: Geometry

  /// Adds contributions in the order of the kernel's elements, so that the bits do not depend on threads.
  func run(
    input: Tensor, weights: Tensor, bias: Tensor?, into output: Tensor, using context: ExecutionContext
  ) throws {
    let window = geometry.window.expanded(to: 3)
    let (positions, plane) = (window.output.reduce(1, *), window.input.reduce(1, *))
    let area = window.kernel.reduce(1, *)
    let inputChannels = geometry.inputChannels / geometry.group
    let outputChannels = geometry.outputChannels / geometry.group
    let rows = outputChannels * area
    try ScratchPool.shared.withFloats(Extent.count(of: [rows, positions])) { contributions in
      let unrolled = SendablePointer(contributions)
      for index in 0..<(geometry.batch * geometry.group) {
        let group = index % geometry.group
        let product = BlockedProduct(
          m: rows, n: positions, k: inputChannels,
          left: .across(weights.floats + group * inputChannels * rows, stride: rows),
          right: .across(input.floats + index * inputChannels * positions, stride: positions),
          target: contributions, targetStride: positions, epilogue: nil, residual: nil)
        product.run(using: context)
        context.parallel(outputChannels) { channel in
          let target = output.floats + (index * outputChannels + channel) * plane
          target.update(repeating: 0, count: plane)
          for tap in 0..<area {
            window.scatter(unrolled.pointer + (channel * area + tap) * positions, tap: tap, into: target)
          }
          guard var addend = bias?.floats[group * outputChannels + channel] else { return }
          context.kernels.combine(.add, target, &addend, bStep: 0, into: target, count: plane)
        }
      }
    }
  }
}

/// A pointer that several threads use at different places while its owner waits.
struct SendablePointer: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<Float>
  init(_ pointer: UnsafeMutablePointer<Float>) { self.pointer = pointer }
}

extension PlacedWindow {
  /// Adds one kernel element's value at every output position to where it lies in the input; for three dimensions.
  fileprivate func scatter(_ values: UnsafePointer<Float>, tap: Int, into target: UnsafeMutablePointer<Float>) {
    let z = tap / (kernel[1] * kernel[2]) * dilations[0] - padsBefore[0]
    let y = tap / kernel[2] % kernel[1] * dilations[1] - padsBefore[1]
    let x = tap % kernel[2] * dilations[2] - padsBefore[2]
    for outZ in 0..<output[0] {
      let inZ = outZ * strides[0] + z
      guard inZ >= 0, inZ < input[0] else { continue }
      for outY in 0..<output[1] {
        let inY = outY * strides[1] + y
        guard inY >= 0, inY < input[1] else { continue }
        let source = values + (outZ * output[1] + outY) * output[2]
        let row = target + (inZ * input[1] + inY) * input[2]
        for outX in 0..<output[2] {
          let inX = outX * strides[2] + x
          if inX >= 0, inX < input[2] { row[inX] += source[outX] }
        }
      }
    }
  }
}
