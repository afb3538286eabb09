# Make memagent-run from memagent-run.in: put what memagent-describe prints in
# the place of the lines that ask for it.
#
# usage: awk -v describe=PROGRAM -v version=X.Y.Z -f memagent-run.awk memagent-run.in
function insert(section,    command, line)
{
	command = describe " " section
	while ((command | getline line) > 0)
		print line
	if (close(command) != 0) {
		print "memagent-run.awk: " command " failed" >"/dev/stderr"
		failed = 1
		exit 1
	}
	inserted++
}

$0 == "@OPTIONS_HELP@" {
	insert("options-help")
	next
}

$0 == "# @OPTIONS_SH@" {
	insert("options-sh")
	next
}

$0 == "# @EXCLUDED_SH@" {
	insert("excluded-sh")
	next
}

{
	sub(/@VERSION@/, version)
	print
}

END {
	if (!failed && inserted != 3) {
		print "memagent-run.awk: expected three lines to replace, found " inserted + 0 >"/dev/stderr"
		exit 1
	}
	exit failed
}
