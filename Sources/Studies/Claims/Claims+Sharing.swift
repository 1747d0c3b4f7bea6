import Costs
import Guests
import HostMemory
import Hypervisor
import Paging

/// The figures on pages that machines and processes share.
extension Claims {
  static let sharingRows: [Row] = [
    ("F70", "What merging saves", { (_) throws(ClaimError) in try saved() }),
    ("F71", "How merging finds equal pages", { (_) throws(ClaimError) in try matching() }),
    ("F72", "A fork for a snapshot", { (claims) throws(ClaimError) in try claims.snapshot() }),
    ("F73", "Forked workers", { (claims) throws(ClaimError) in try claims.workers() }),
  ]

  private static func saved() throws(ClaimError) -> Found {
    var study = MergingStudy()
    study.vms = 10
    study.bytesPerVM = 16 << 20
    study.seconds = 120
    func percent(_ study: MergingStudy) throws(ClaimError) -> Double {
      do throws(MergingError) {
        let outcome = try study.outcome()
        return 100 * Double(outcome.savedBytes) / Double(study.bytesOfVMs)
      } catch {
        throw .unexpected(error.description)
      }
    }
    let one = try percent(study)
    var different = study
    different.mix.images = study.vms
    let own = try percent(different)
    return (
      [.model("of the memory of ten VMs of one image", .percent, 20...50, one)],
      "The mix of pages is assumed, \(study.mix.zeroPercent) % zeros and \(study.mix.commonPercent) % of the"
        + " image, and merging can give back no more than is equal: of ten images it is"
        + " \(PressureDiagnosis.rate(own.rounded())) %, the zeros alone. Scenarios/pressure/ksm-fleet.yaml has"
        + " it over time, with what writes take away again."
    )
  }

  /// Equal pages of two machines, that are left alone or that both rewrite alike between two visits.
  private static func matching() throws(ClaimError) -> Found {
    let pages = 100
    func merged(_ isRewritten: Bool) throws(ClaimError) -> Double {
      do throws(MergingError) {
        var settings = MergingSettings()
        settings.pagesToScan = 1000
        var merger = try SamePageMerger(settings)
        let ranges = [try merger.register(pages: pages), try merger.register(pages: pages)]
        for scan in 0..<6 {
          for range in ranges {
            for page in 0..<pages where scan == 0 || isRewritten {
              let content = UInt64(isRewritten ? scan : 0) << 32 | UInt64(page + 1)
              merger.write(range.firstPage + page, PageContent(content))
            }
          }
          _ = merger.wake(at: scan * 20)
        }
        return Double(merger.counters.pagesSharing)
      } catch {
        throw .unexpected(error.description)
      }
    }
    return (
      [
        .model("equal pages that are left alone, merged", .count, 100, try merged(false)),
        .model("equal pages that change alike, merged", .count, 100, try merged(true)),
      ],
      "A hash that found equal pages would find both. The kernel compares pages byte by byte in two trees; its"
        + " checksum only says whether a page has changed since the last visit, and one that has is passed"
        + " over."
    )
  }

  private func snapshot() throws(ClaimError) -> Found {
    var study = ProcessStudy.snapshot(try textbook(.x86))
    study.scale = 512
    let outcome = try Self.run(study)
    let gigabyte = Double(1 << 30)
    let before = outcome.guestBytes - outcome.guestFreeAtStart
    let most = outcome.guestBytes - outcome.leastGuestFree
    let written = outcome.processes[0].copies
    return (
      [
        .model("free before", .bytes, 4 * gigabyte, Double(outcome.guestFreeAtStart), within: 0.05),
        .model(
          "free after", .bytes, 0.2 * gigabyte, Double(outcome.leastGuestFree), within: 0.25),
        .model(
          "times the memory of before", .ratio, 2, Double(most) / Double(before), within: 0.1),
      ],
      "Scenarios/pressure/fork-snapshot.yaml with 12 GiB: 4 GiB of data in a guest of 8, of which"
        + " \(PressureDiagnosis.percent(Double(written * 4096) / Double(4 << 30))) are written while a"
        + " snapshot is saved at 100 MB/s. The second stage grows by as much, and stays so."
    )
  }

  private func workers() throws(ClaimError) -> Found {
    var study = ProcessStudy.workers(try textbook(.x86))
    study.scale = 1024
    study.guestBytes = 24 << 30
    study.hostBytes = 24 << 30
    study.processes[1].hotShare = 1
    study.processes[1].writeShare = 1
    let outcome = try Self.run(study)
    guard let first = outcome.maps.first(where: { $0.moment == "after the fork" }),
      let last = outcome.maps.last
    else { throw .unexpected("nothing was forked") }
    func percent(_ map: ProcessOutcome.Map) -> Double {
      let workers = map.rows.dropFirst()
      let alone = workers.reduce(0) { $0 + $1.privateBytes }
      return 100 * Double(alone) / Double(workers.reduce(0) { $0 + $1.residentBytes })
    }
    let rss = Double(first.rows.reduce(0) { $0 + $1.residentBytes })
    return (
      [
        .model("private right after the fork", .percent, 0, percent(first)),
        .model(
          "sum of Rss over what is taken", .ratio, 9, rss / Double(first.usedBytes), within: 0.01),
        .model("private once all has been written", .percent, 100, percent(last), within: 0.01),
      ],
      "Scenarios/pressure/prefork-workers.yaml with workers that write to all that was loaded: a page is"
        + " shared until it is written, and Pss shares it out among those who map it."
    )
  }

  private static func run(_ study: ProcessStudy) throws(ClaimError) -> ProcessOutcome {
    do throws(ProcessError) {
      return try study.run()
    } catch {
      throw .unexpected(error.description)
    }
  }
}
