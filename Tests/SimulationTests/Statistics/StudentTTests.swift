import Simulation
import Foundation
import Testing

struct StudentTTests {
  /// Source: NIST/SEMATECH e-Handbook of Statistical Methods, table 1.3.6.7.2 (critical values of t), 97.5 %.
  @Test(arguments: [
    (1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (9, 2.262), (29, 2.045), (100, 1.984), (100_000, 1.960),
  ])
  func criticalValues(degreesOfFreedom: Int, expected: Double) {
    #expect(abs(StudentT(degreesOfFreedom: degreesOfFreedom).quantile(0.975) - expected) < 6e-4)
  }

  /// One degree of freedom is the Cauchy distribution, two have a closed form, too.
  @Test(arguments: [0.001, 0.1, 0.4, 0.5, 0.6, 0.9, 0.99, 0.9999])
  func closedForms(probability: Double) {
    let one = StudentT(degreesOfFreedom: 1).quantile(probability)
    let cauchy = tan(.pi * (probability - 0.5))
    #expect(abs(one - cauchy) <= 1e-9 * max(1, abs(cauchy)))
    let two = StudentT(degreesOfFreedom: 2).quantile(probability)
    let alpha = 4 * probability * (1 - probability)
    let closed = 2 * (probability - 0.5) * (2 / alpha).squareRoot()
    #expect(abs(two - closed) <= 1e-9 * max(1, abs(closed)))
  }

  @Test func quantileInvertsTheCumulativeProbability() {
    for degrees in [1, 2, 5, 30, 1000] {
      for t in [-5, -0.3, 0, 0.7, 3] {
        let distribution = StudentT(degreesOfFreedom: degrees)
        let back = distribution.quantile(distribution.cumulative(t))
        #expect(abs(back - t) < 1e-8)
      }
    }
  }
}
