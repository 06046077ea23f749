import CKernels

/// A 3x3 convolution of stride 1 by minimal filtering: tiles of inputs and the weights are transformed, multiplied point
/// by point as matrices over channels, and transformed back.
///
/// (edge + 2)² multiplications make edge² outputs, instead of 9 · edge². Each output rounds as a sum over channels does,
/// with a constant some ten times greater than the direct sum's for edge 4; an element that is not finite makes its
/// whole tile not finite. Each tile is computed alike, whatever block or thread it falls to.
/// Source: Lavin, Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016.
struct WinogradConvolution: Sendable {
  private let geometry: ConvolutionGeometry
  private let edge: Int
  private let tilesDown: Int
  private let tilesAcross: Int
  private let weights: Weights

  private enum Weights: Sendable {
    /// For each point the panels [channels, tile columns] of the transformed weights.
    case transformed(Tensor)
    /// Panels [channels, 3, 3, tile columns] of the weights as they are, transformed on the way into the product.
    case panels(Tensor)
  }

  /// As many tiles as reuse the weights well while their transforms stay in the caches.
  private static let leastTiles = 64

  /// Floats that the transforms of one row of tiles may take, 128 MiB.
  private static let mostTransformed = 1 << 25

  /// The edge of the tiles that take the least time, or `nil` where the direct product is as fast.
  ///
  /// It does not depend on the batch, so that a sample's bits do not either.
  static func edge(for geometry: ConvolutionGeometry, _ kernels: Kernels) -> Int? {
    let window = geometry.window
    guard window.rank == 2, window.kernel == [3, 3], window.strides == [1, 1], window.dilations == [1, 1],
      geometry.group == 1, geometry.inputChannels >= 8, window.padsBefore.allSatisfy({ $0 >= 0 })
    else { return nil }
    let (inputs, outputs) = (Double(geometry.inputChannels), Double(geometry.outputChannels))
    // In steps of one vector, for one sample. Weights are counted as transformed on the way, which takes `perWeight`.
    func cost(products: Double, transforms: Double, perWeight: Double) -> Double {
      ((1.1 * products + perWeight) * inputs * outputs + transforms) / Double(kernels.lanes)
    }
    func cost(edge: Int) -> Double {
      let tiles = window.output.reduce(1.0) { $0 * Double(($1 + edge - 1) / edge) }
      let points = Double((edge + 2) * (edge + 2))
      return cost(
        products: points * tiles, transforms: tiles * points * (14 * inputs + 9 * outputs), perWeight: 100 + 3 * points)
    }
    let direct = cost(products: 9 * Double(geometry.positions), transforms: 0, perWeight: 0)
    let (two, four) = (cost(edge: 2), cost(edge: 4))
    // 36 points for every four columns, or 16 for every two.
    guard 9 * Double(window.output[1]) * (inputs + outputs) <= Double(Self.mostTransformed) else { return nil }
    guard min(two, four) < 0.9 * direct else { return nil }
    return two < four ? 2 : 4
  }

  init(_ geometry: ConvolutionGeometry, edge: Int, weights: Tensor, using context: ExecutionContext) {
    self.geometry = geometry
    self.edge = edge
    tilesDown = (geometry.window.output[0] + edge - 1) / edge
    tilesAcross = (geometry.window.output[1] + edge - 1) / edge
    let (inputs, outputs) = (geometry.inputChannels, geometry.outputChannels)
    let size = (edge + 2) * (edge + 2) * inputs * context.kernels.rounded(outputs)
    let layout: [Int] = [PackedForm.winograd.rawValue, edge, inputs, outputs]
    let extra = (size - 9 * inputs * outputs) * MemoryLayout<Float>.stride
    guard let packed = context.packed, packed.claim(extra, for: weights, layout: layout) else {
      self.weights = .panels(RowProduct.panels(weights, columns: outputs, k: inputs * 9, using: context))
      return
    }
    self.weights = .transformed(
      context.packed(weights, layout: layout) { source in
        let packed = Tensor(zeros: .float32, shape: [size])
        Self.transform(source, geometry, edge, into: packed.floats, using: context)
        return packed
      })
  }

  /// Transforms weights [outputs, inputs, 3, 3] at any address.
  private static func transform(
    _ source: UnsafePointer<Float>, _ geometry: ConvolutionGeometry, _ edge: Int,
    into target: UnsafeMutablePointer<Float>, using context: ExecutionContext
  ) {
    let (kernels, inputs, outputs) = (context.kernels, geometry.inputChannels, geometry.outputChannels)
    let (points, width) = (edge + 2, context.kernels.tileColumns)
    let stride = inputs * kernels.rounded(outputs)
    let (from, to) = (SendablePointer(UnsafeMutablePointer(mutating: source)), SendablePointer(target))
    context.parallel((outputs + width - 1) / width) { index in
      let first = index * width
      let count = min(width, outputs - first)
      let panelWidth = kernels.rounded(count)
      ScratchPool.shared.withFloats(inputs * 9 * panelWidth + kernels.lanes) { panel in
        PanelSource.along(from.pointer + first * inputs * 9, stride: inputs * 9)
          .pack(0..<count, rows: 0..<inputs * 9, width: panelWidth, into: panel, using: kernels)
        kernels.table.pointee.winograd_weights(
          edge, 0, points, panel, inputs, panelWidth, to.pointer + first * inputs, stride)
      }
    }
  }

  func run(
    _ input: Tensor, residual: Tensor?, into output: Tensor, epilogue: FusedEpilogue, using context: ExecutionContext
  ) {
    let rows = geometry.batch * tilesDown
    let inBlock = min(rows, (Self.leastTiles + tilesAcross - 1) / tilesAcross)
    let blocks = (rows + inBlock - 1) / inBlock
    @Sendable func run(_ block: Int) {
      let range = (block * rows / blocks)..<((block + 1) * rows / blocks)
      self.run(range, input, residual, output, epilogue, using: context)
    }
    if blocks >= 2 * context.threads {
      context.parallel(blocks, run)
    } else {
      for block in 0..<blocks { run(block) }
    }
  }

  /// Computes some rows of tiles, counted over the whole batch.
  private func run(
    _ rows: Range<Int>, _ input: Tensor, _ residual: Tensor?, _ output: Tensor, _ epilogue: FusedEpilogue,
    using context: ExecutionContext
  ) {
    let (kernels, points) = (context.kernels, (edge + 2) * (edge + 2))
    let (inputs, outputs) = (geometry.inputChannels, geometry.outputChannels)
    let (inPlane, outPlane) = (geometry.window.input.reduce(1, *), geometry.positions)
    let before = tiles(rows: rows.count, channels: inputs, kernels)
    let after = tiles(rows: rows.count, channels: outputs, kernels)
    ScratchPool.shared.withFloats(points * (before.point_stride + after.point_stride)) { scratch in
      let transformed = SendablePointer(scratch)
      let products = SendablePointer(scratch + points * before.point_stride)
      func groups(_ channels: Int) -> Int { (channels + kernels.lanes - 1) / kernels.lanes }
      context.parallel(groups(inputs) * rows.count) { index in
        let (group, row) = index.quotientAndRemainder(dividingBy: rows.count)
        let (sample, tileRow) = (rows.lowerBound + row).quotientAndRemainder(dividingBy: tilesDown)
        let first = group * kernels.lanes
        var tiles = before
        kernels.table.pointee.winograd_input(
          &tiles, input.floats + (sample * inputs + first) * inPlane, min(kernels.lanes, inputs - first), tileRow,
          transformed.pointer + row * tilesAcross * before.tile_stride + first)
      }
      multiply(transformed, before, products, after, tiles: rows.count * tilesAcross, using: context)
      context.parallel(groups(outputs) * rows.count) { index in
        let (group, row) = index.quotientAndRemainder(dividingBy: rows.count)
        let (sample, tileRow) = (rows.lowerBound + row).quotientAndRemainder(dividingBy: tilesDown)
        let first = group * kernels.lanes
        let count = min(kernels.lanes, outputs - first)
        let offset = (sample * outputs + first) * outPlane
        var tiles = after
        kernels.table.pointee.winograd_output(
          &tiles, products.pointer + row * tilesAcross * after.tile_stride + first, count, tileRow,
          output.floats + offset)
        if epilogue.isEmpty { return }
        let (top, width) = (tileRow * edge, geometry.window.output[1])
        let start = offset + top * width
        var arguments = epilogue.arguments(
          channel: first, residual: residual.map { UnsafePointer($0.floats + start) }, stride: outPlane)
        kernels.table.pointee.finish(
          output.floats + start, outPlane, count, min(edge, geometry.window.output[0] - top) * width, &arguments)
      }
    }
  }

  /// Multiplies tiles and weights at every point.
  private func multiply(
    _ left: SendablePointer, _ before: ck_tiles, _ target: SendablePointer, _ after: ck_tiles, tiles: Int,
    using context: ExecutionContext
  ) {
    let (kernels, inputs, points) = (context.kernels, geometry.inputChannels, edge + 2)
    let columns = kernels.rounded(geometry.outputChannels)
    switch weights {
    case .transformed(let weights):
      context.parallel(points * points) { point in
        kernels.table.pointee.multiply_rows(
          inputs, left.pointer + point * before.point_stride, before.tile_stride, tiles,
          weights.floats + point * inputs * columns, columns, target.pointer + point * after.point_stride,
          after.tile_stride, 0, nil)
      }
    case .panels(let panels):
      let count = (columns + kernels.tileColumns - 1) / kernels.tileColumns
      // Panels are divided where there are too few of them for all threads.
      let parts = context.threads == 1 || count >= 4 * context.threads ? 1 : points / 2
      context.parallel(count * parts) { index in
        let (panel, part) = index.quotientAndRemainder(dividingBy: parts)
        multiply(
          panel, rows: part * points / parts..<(part + 1) * points / parts, of: panels.floats, left, before, target,
          after, tiles: tiles, kernels)
      }
    }
  }

  /// Multiplies tiles with one panel of weights, transformed a few channels at a time, at some rows of points.
  private func multiply(
    _ panel: Int, rows: Range<Int>, of panels: UnsafePointer<Float>, _ left: SendablePointer, _ before: ck_tiles,
    _ target: SendablePointer, _ after: ck_tiles, tiles: Int, _ kernels: Kernels
  ) {
    let (inputs, points) = (geometry.inputChannels, edge + 2)
    let first = panel * kernels.tileColumns
    let columns = min(kernels.tileColumns, kernels.rounded(geometry.outputChannels) - first)
    let most = tiles <= 16 ? 32 : 64
    // Points not a power of two apart, which would all fall on few lines of the caches.
    let stride = min(most, inputs) * columns + 16
    ScratchPool.shared.withFloats(rows.count * points * stride) { transformed in
      for channel in Swift.stride(from: 0, to: inputs, by: most) {
        let channels = min(most, inputs - channel)
        let weights = panels + 9 * (first * inputs + channel * columns)
        kernels.table.pointee.winograd_weights(
          edge, rows.lowerBound, rows.upperBound, weights, channels, columns, transformed, stride)
        // The weights that come next arrive while these are multiplied.
        let share = 9 * channels * columns / (rows.count * points)
        for index in 0..<rows.count * points {
          let point = rows.lowerBound * points + index
          kernels.table.pointee.multiply_rows(
            channels, left.pointer + point * before.point_stride + channel, before.tile_stride, tiles,
            transformed + index * stride, columns, target.pointer + point * after.point_stride + first,
            after.tile_stride, channel > 0 ? 1 : 0, nil)
          kernels.table.pointee.prefetch(weights + 9 * channels * columns + index * share, share)
        }
      }
    }
  }

  private func tiles(rows: Int, channels: Int, _ kernels: Kernels) -> ck_tiles {
    // Neither rows nor points a power of two apart, which would all fall on few lines of the caches.
    let tileStride = kernels.rounded(channels) + 16
    let lines = (rows * tilesAcross * tileStride + 15) / 16
    let window = geometry.window
    return ck_tiles(
      edge: edge, in_height: window.input[0], in_width: window.input[1], out_height: window.output[0],
      out_width: window.output[1], pad_top: window.padsBefore[0], pad_left: window.padsBefore[1],
      tiles_across: tilesAcross, point_stride: (lines | 1) * 16, tile_stride: tileStride)
  }
}

extension Kernels {
  /// `count` made up to whole vectors.
  func rounded(_ count: Int) -> Int { (count + lanes - 1) / lanes * lanes }
}
