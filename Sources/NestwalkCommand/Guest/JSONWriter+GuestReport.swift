import Console
import Guests
import Paging
import Records

extension JSONWriter {
  /// Writes what a guest does while it boots.
  mutating func value(_ report: GuestReport) {
    beginObject()
    key("schema")
    value("nestwalk.guest/1")
    key("name")
    value(report.profile.name)
    key("memory")
    value(report.profile.layout.memoryBytes)
    key("ready")
    value(report.profile.readyNanoseconds)
    key("pages")
    value(report.newPages)
    key("filledPages")
    value(report.filledPages)
    key("mapping")
    beginObject()
    key("format")
    value(report.profile.mapping.format.rawValue)
    key("base")
    hex(report.profile.mapping.base.value)
    key("pageBytes")
    value(report.profile.mapping.pageBytes)
    key("tables")
    value(report.profile.mapping.tables(upTo: report.profile.layout.end))
    endObject()
    key("phases")
    beginArray()
    for (phase, counts) in zip(report.profile.phases, report.counts) { value(phase, counts) }
    endArray()
    endObject()
  }

  private mutating func value(_ phase: GuestPhase, _ counts: GuestProfile.PhaseCounts) {
    beginObject()
    key("name")
    value(phase.name)
    key("addressing")
    value(phase.addressing.key)
    key("endsReady")
    value(phase.endsReady)
    key("source")
    value(phase.source)
    key("compute")
    value(counts.computeNanoseconds)
    key("wait")
    value(counts.waitNanoseconds)
    key("touches")
    value(counts.touches)
    key("repeated")
    value(counts.repeated)
    key("newPages")
    beginObject()
    for kind in BootTouch.Kind.allCases {
      key(kind.key)
      value(counts.newPages[kind] ?? 0)
    }
    endObject()
    key("newPagesByUse")
    beginObject()
    for use in GuestPageUse.allCases {
      key(use.key)
      value(counts.newPagesByUse[use] ?? 0)
    }
    endObject()
    endObject()
  }
}
