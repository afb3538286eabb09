# What a Tcl program does, in a loop, with rests.
for {set i 0} {1} {incr i} {
	set table [dict create]
	for {set k 0} {$k < 200} {incr k} {
		dict set table key$k [list $k [string repeat x [expr {$k * 5}]] $i]
	}
	set text [join [lsort [dict values $table]] ,]
	set changed [regsub -all {(x+) } $text {<\1>}]
	set parts [split $changed ,]
	set upper [lmap p $parts {string toupper $p}]
	proc f$i {a} "return \[expr {\$a + $i}\]"
	f$i 3
	rename f$i {}
	array set a [list one $text two $changed]
	array unset a
	set file [open /etc/passwd]
	read $file
	close $file
	after 100
}
