import Results
import Simulation
import Testing

struct LatencyQuantilesTests {
  /// numpy.quantile([10, 20, 30, 40], q) and of one value.
  @Test(arguments: [(0.0, 10.0), (0.5, 25), (0.95, 38.5), (0.99, 39.7), (1, 40)])
  func isLinearBetweenNeighbours(share: Double, expected: Double) throws {
    let value = try #require(LatencyQuantiles.quantile(share, ofAscending: [10, 20, 30, 40]))
    #expect(abs(value - expected) < 1e-12)
    #expect(LatencyQuantiles.quantile(share, ofAscending: [7]) == 7)
    #expect(LatencyQuantiles.quantile(share, ofAscending: []) == nil)
  }

  @Test func countsCompletedRequestsOfTheirModel() {
    var quantiles = LatencyQuantiles(models: 2)
    for (model, latency, outcome) in [
      (0, 30, RequestRecord.Outcome.completed), (1, 100, .completed), (0, 10, .completed), (0, 999, .dropped),
    ] {
      var request = RequestRecord()
      request.model = Int32(model)
      request.completion = Int64(latency)
      request.outcome = outcome
      quantiles.add(request)
    }
    quantiles.sort()
    #expect(quantiles.quantiles([0.5], ofModel: 0) == [20])
    #expect(quantiles.quantiles([0.5], ofModel: 1) == [100])
    #expect(quantiles.quantilesOfAll([0, 0.5, 1]) == [10, 30, 100])
  }
}
