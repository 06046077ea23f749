/// Matrix products of double-precision numbers and of integers, with one sum per element.
///
/// For the types that networks rarely multiply in; float32 has `MatrixProductKernel`.
struct PlainProduct: NumberWork {
  let shape: MatrixProductKernel.Shape
  let a: Tensor
  let b: Tensor
  let output: Tensor
  let context: ExecutionContext

  func run<T: Number>(_ type: T.Type) {
    let (m, n, k) = (shape.m, shape.n, shape.k)
    let pairs = shape.batches.isEmpty ? [[0, 0]] : shape.batches
    nonisolated(unsafe) let (lefts, rights) = (a.pointer(as: T.self), b.pointer(as: T.self))
    nonisolated(unsafe) let target = output.pointer(as: T.self)
    let (rowStep, rowDepth) = shape.transposesA ? (1, m) : (k, 1)
    let (columnStep, columnDepth) = shape.transposesB ? (k, 1) : (1, n)
    context.parallel(pairs.count * m) { index in
      let (product, row) = index.quotientAndRemainder(dividingBy: m)
      let left = lefts + pairs[product][0] * m * k + row * rowStep
      let right = rights + pairs[product][1] * k * n
      for column in 0..<n {
        var sum = T.Wide.zero
        for step in 0..<k {
          let factors = (left[step * rowDepth].wide, right[step * columnDepth + column * columnStep].wide)
          sum = T.Wide.add(sum, T.Wide.multiply(factors.0, factors.1))
        }
        target[index * n + column] = T(narrowing: sum)
      }
    }
  }
}
