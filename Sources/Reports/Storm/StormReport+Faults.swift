internal import Costs
internal import Studies

extension StormReport {
  /// A way in which faults of one kind are told apart.
  package struct FaultPart: Sendable {
    /// The key in outcomes.
    package let key: String
    /// What it is, in words.
    package let name: String
    /// How many there were.
    package let count: UInt64
  }

  /// The parts of the faults whose final access met no page.
  package var missing: [FaultPart] {
    [
      part("allocate", "a page found or made", .missing, [.allocate]),
      part("spurious", "another processor was faster", .missing, [.spurious]),
    ]
  }

  /// The parts of the faults whose final access met a page that did not allow it.
  package var permission: [FaultPart] {
    [
      part("copyOnWrite", "copied before a write", .permission, [.copy]),
      part("mmio", "a device's page", .permission, [.emulate]),
      part("dirtyLog", "noted as dirty", .permission, [.log]),
      part("accessFlag", "marked as accessed", .permission, [.age]),
      part("execute", "split for execution", .permission, [.split]),
      part("permit", "given a right that it lacked", .permission, [.permit]),
      part("spurious", "another processor was faster", .permission, [.spurious]),
    ]
  }

  /// The faults, on tables or on pages, that found their work done by another processor.
  package var spurious: UInt64 {
    FaultEvent.all.reduce(0) { sum, event in
      event.resolution == .spurious ? sum + outcome.ledger.count(of: .fault(event)) : sum
    }
  }

  private func part(
    _ key: String, _ name: String, _ kind: FaultKind, _ resolutions: [FaultResolution]
  ) -> FaultPart {
    let count = FaultEvent.all.reduce(0) { sum, event in
      event.kind == kind && resolutions.contains(event.resolution)
        ? sum + outcome.ledger.count(of: .fault(event)) : sum
    }
    return FaultPart(key: key, name: name, count: count)
  }

  /// The greatest number of cascades that one touch met.
  package var deepestCascade: Int {
    outcome.ledger.cascadeDepths.lastIndex { $0 > 0 } ?? 0
  }

  /// How many touches met each number of cascades, from none to the most.
  package var cascadeHistogram: [UInt64] {
    Array(outcome.ledger.cascadeDepths[...deepestCascade])
  }
}
